using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Checking;

/// <summary>
/// Something that can be wrong with a blueprint. A rule speaks only of what the model holds: where a figure that it needs
/// is not written, it says nothing. Rules are pure and have no state; any number may run at once.
/// </summary>
public abstract class Rule
{
    private protected Rule(string id, Severity severity, string finds)
    {
        Id = id;
        Severity = severity;
        Finds = finds;
    }

    /// <summary>Stable id, such as <c>recovery.rpo</c>; never renamed once published.</summary>
    public string Id { get; }

    /// <summary>How much its findings matter, where one does not say otherwise.</summary>
    public Severity Severity { get; }

    /// <summary>What it finds, in one sentence.</summary>
    public string Finds { get; }

    /// <summary>Everything wrong of this kind.</summary>
    internal abstract IEnumerable<Finding> Check(Blueprint blueprint);

    /// <summary>A finding of this rule at a part, or at one of its keys.</summary>
    private protected Finding Found(Blueprint blueprint, Element at, string? key, string message, string hint, Severity? severity = null) =>
        blueprint.FindingAt(at, key, Id, severity ?? Severity, message, hint);

    /// <summary>A finding of this rule at a path.</summary>
    private protected Finding Found(Blueprint blueprint, string path, string message, string hint, Severity? severity = null) =>
        blueprint.FindingAt(path, Id, severity ?? Severity, message, hint);
}
