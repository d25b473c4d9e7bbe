namespace Banyan.Services.Disaster.Cap;

/// <summary>A value in a domain that <paramref name="Name"/> names: an eventCode, a parameter or a geocode.</summary>
internal readonly record struct CapValue(string Name, string Value);
