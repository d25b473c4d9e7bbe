using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Reading;

/// <summary>What reading a blueprint gave. Immutable.</summary>
/// <param name="File">The file's name as the caller gave it.</param>
/// <param name="Blueprint">The platform; null where anything is wrong with the text.</param>
/// <param name="Findings">Everything that is wrong with the text, in its order; empty where the blueprint is there.</param>
public sealed record ReadResult(string File, Blueprint? Blueprint, IReadOnlyList<Finding> Findings);
