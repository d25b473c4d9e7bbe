namespace Banyan.Cells.Personal.Vault;

/// <summary>Whose key it is.</summary>
internal enum KeyKind
{
    /// <summary>A person's.</summary>
    Subject,

    /// <summary>The partition's own, for one purpose.</summary>
    Purpose,
}

/// <summary>Names a key. Immutable.</summary>
internal readonly record struct KeyName(KeyKind Kind, string Name)
{
    /// <summary>Its kind in the database.</summary>
    public string KindText => Kind == KeyKind.Subject ? "subject" : "purpose";
}
