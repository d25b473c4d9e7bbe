namespace Banyan.Blueprints.Model;

/// <summary>A PostgreSQL database that a region is given, in place of one that Banyan runs itself.</summary>
public sealed record RegionDatabase : Element
{
    /// <summary>Where its connection string is: <c>env:NAME</c>, <c>file:/PATH</c>, or the string itself, which then holds no password.</summary>
    public string Connection { get; init; } = "";
}
