namespace Banyan.Console.Live;

/// <summary>What someone looks at.</summary>
/// <param name="Region">The region's page; null for the first page.</param>
/// <param name="Data">The status as JSON for a program, instead of sections as HTML.</param>
public sealed record LivePage(string? Region, bool Data);
