namespace Banyan.Blueprints.Model;

/// <summary>How the platform is guarded, layer by layer. Lists hold names in lower case with hyphens.</summary>
public sealed record Security : Element
{
    /// <summary>At the outermost edge: DDoS protection, WAF, bots.</summary>
    public IReadOnlyList<string> Edge { get; init; } = [];

    /// <summary>Layers of the network model at which floods are stopped: 3, 4, 7.</summary>
    public IReadOnlyList<int> DdosLayers { get; init; } = [];

    public string? Waf { get; init; }

    public IReadOnlyList<string> Network { get; init; } = [];

    public IReadOnlyList<string> Containers { get; init; } = [];

    public IReadOnlyList<string> Application { get; init; } = [];

    public IReadOnlyList<string> Identity { get; init; } = [];

    public Encryption? Encryption { get; init; }

    /// <summary>What keeps secrets.</summary>
    public IReadOnlyList<Quantities.Product> Secrets { get; init; } = [];

    /// <summary>What is kept there.</summary>
    public IReadOnlyList<string> SecretsHold { get; init; } = [];

    /// <summary>Who uses hardware security modules.</summary>
    public IReadOnlyList<string> Hsm { get; init; } = [];

    /// <summary>Personal fields that are stored as hashes only.</summary>
    public IReadOnlyList<string> Hashed { get; init; } = [];

    public IReadOnlyList<string> Physical { get; init; } = [];

    public IReadOnlyList<string> Scanning { get; init; } = [];

    /// <summary>What is written into the audit record.</summary>
    public IReadOnlyList<string> Audit { get; init; } = [];
}

/// <summary>What is encrypted, and by which means.</summary>
public sealed record Encryption : Element
{
    /// <summary>The cipher of stored data; <c>yes</c> where it is not named.</summary>
    public string? AtRest { get; init; }

    /// <summary>The protocol between machines; <c>yes</c> where it is not named.</summary>
    public string? InTransit { get; init; }

    /// <summary>What keeps the keys.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>How keys are changed, such as <c>automatic</c>.</summary>
    public string? Rotation { get; init; }
}
