namespace Banyan.Cells.Witness;

/// <summary>How a witness' folder is laid out, for who looks into it.</summary>
public static class WitnessFolder
{
    /// <summary>The folder of evidence in it.</summary>
    public const string Evidence = "evidence";

    /// <summary>The file of the newest cosigned checkpoint of a log.</summary>
    public static string CheckpointOf(string origin) => $"{WitnessStore.NameOf(origin)}.checkpoint";
}
