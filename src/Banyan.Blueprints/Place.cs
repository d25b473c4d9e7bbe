namespace Banyan.Blueprints;

/// <summary>Where something is written in a blueprint's file. Lines and columns count from 1.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct Place(int Line, int Column)
{
    /// <summary>The beginning of the file: the place of what concerns the file as a whole.</summary>
    public static Place Start { get; } = new(1, 1);

    public override string ToString() => $"{Line}:{Column}";
}
