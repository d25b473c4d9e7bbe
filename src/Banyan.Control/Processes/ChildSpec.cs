using Banyan.Control.Platform;

namespace Banyan.Control.Processes;

/// <summary>What a child is, and how to start it.</summary>
/// <param name="Kind">Which sort.</param>
/// <param name="Region">The region that it belongs to; null for what serves the whole platform.</param>
/// <param name="Arguments">The command line after <c>banyan</c>.</param>
/// <param name="Port">Where its health answers; null where it has none.</param>
public sealed record ChildSpec(ChildKind Kind, string? Region, IReadOnlyList<string> Arguments, int? Port)
{
    /// <summary>The IPv4 address of its port.</summary>
    public string Address { get; init; } = RegionState.Loopback;

    /// <summary>The file that stands for the network namespace it runs in; null for that of its supervisor.</summary>
    public string? Network { get; init; }

    /// <summary>What its port answers with success once it is ready.</summary>
    public string ReadyPath { get; init; } = "/health/ready";

    /// <summary>
    /// A program that is not <c>banyan</c>, such as etcd; null for <c>banyan</c>. It doesn't know of its stdin: it is stopped
    /// by <see cref="StopSignal"/>, and is started by a thread that lasts, whose end it can ask to be told of.
    /// </summary>
    public string? Program { get; init; }

    /// <summary>What stops another <see cref="Program"/>; SIGTERM by default.</summary>
    public int StopSignal { get; init; } = Libc.SIGTERM;

    /// <summary>What besides its name a file in <see cref="Platform.DataFolder.Held"/> can call it.</summary>
    public IReadOnlyList<string> HeldAs => Region is { } region ? [Name, region] : Kind == ChildKind.Consensus ? [Name, "consensus"] : [Name];

    /// <summary>Its name in logs and messages: <c>keeper-east-africa</c>.</summary>
    public string Name { get; init; } = Region is null ? Arguments[0] : $"{Arguments[0]}-{Region}";
}

/// <summary>The sorts of children, in the order they are started; they are stopped in the opposite one.</summary>
public enum ChildKind
{
    Consensus,

    /// <summary>The local node of the chain: nothing waits for it, and nothing fails with it.</summary>
    Chain,
    Keeper,
    Cell,
    FrontDoor,
    Feed,
}
