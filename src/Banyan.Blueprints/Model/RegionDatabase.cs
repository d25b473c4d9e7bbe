namespace Banyan.Blueprints.Model;

/// <summary>A PostgreSQL database that a region is given, in place of one that Banyan runs itself.</summary>
public sealed record RegionDatabase : Element
{
    /// <summary>Where its connection string is: <c>env:NAME</c>, <c>file:/PATH</c>, or the string itself, which then holds no password.</summary>
    public string Connection { get; init; } = "";

    /// <summary>Where the connection string of its standby is, which somebody else has set up in the region that <see cref="Region.Standby"/> names; null where there is none.</summary>
    public string? Standby { get; init; }
}
