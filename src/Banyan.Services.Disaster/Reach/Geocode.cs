namespace Banyan.Services.Disaster.Reach;

/// <summary>A place by a code in a system of codes; equal where both texts are.</summary>
internal readonly record struct Geocode(string Name, string Value);
