namespace Banyan.Blueprints.Access;

/// <summary>An action that a service of the platform asks for. Immutable.</summary>
/// <param name="Name"><c>service.thing.verb</c>.</param>
/// <param name="Does">What it does, in a few words.</param>
/// <param name="Personal">Whether it shows or changes data about a person.</param>
public sealed record AccessAction(string Name, string Does, bool Personal = false);
