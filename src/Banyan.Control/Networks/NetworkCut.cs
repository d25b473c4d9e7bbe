using System.Globalization;

namespace Banyan.Control.Networks;

/// <summary>Two places that can't reach each other. Immutable.</summary>
/// <param name="One">An IPv4 address of the platform's networks.</param>
/// <param name="Other">The other; null: everything.</param>
/// <param name="OtherPort">Of the other, this TCP port alone; null: everything there.</param>
public sealed record NetworkCut(string One, string? Other = null, int? OtherPort = null)
{
    /// <summary>The selectors of ip-rule(8) for both ways.</summary>
    internal IReadOnlyList<string> Selectors => Other is null
        ? [$"from {One}", $"to {One}"]
        : [$"from {One} to {Other}{Port("dport")}", $"from {Other} to {One}{Port("sport")}"];

    private string Port(string which) => OtherPort is { } port ? string.Create(CultureInfo.InvariantCulture, $" ipproto tcp {which} {port}") : "";
}
