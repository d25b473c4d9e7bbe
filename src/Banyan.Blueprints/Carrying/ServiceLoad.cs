namespace Banyan.Blueprints.Carrying;

/// <summary>What a service takes of a region. Immutable.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Priority">1 is the most important; null where the blueprint does not rank it.</param>
/// <param name="Weight">Its part beside the other services', in any one unit; more than zero.</param>
public sealed record ServiceLoad(string Name, int? Priority, decimal Weight);
