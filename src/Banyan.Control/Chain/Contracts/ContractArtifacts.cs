using System.Text.Json;

namespace Banyan.Control.Chain.Contracts;

/// <summary>The contracts that were compiled into this program. Immutable.</summary>
internal sealed class ContractArtifacts
{
    private const string Resource = "contracts.json";

    private readonly Dictionary<string, ContractArtifact> _all;

    private ContractArtifacts(Dictionary<string, ContractArtifact> all) => _all = all;

    /// <summary>Why a build has none, and what to do.</summary>
    public const string Missing = "this build has no contracts, because node was missing: run eng/setup, and build again";

    /// <summary>A contract by its name in Solidity.</summary>
    public ContractArtifact this[string name] => _all[name];

    /// <summary>Reads them; a few milliseconds.</summary>
    /// <returns>Null where the program was built without node.</returns>
    public static ContractArtifacts? Load()
    {
        using var stream = typeof(ContractArtifacts).Assembly.GetManifestResourceStream(Resource);
        return stream is null ? null : Read(stream);
    }

    /// <summary>Reads what <c>contracts/build.mjs</c> wrote.</summary>
    public static ContractArtifacts Read(Stream stream)
    {
        using var json = JsonDocument.Parse(stream);
        return new(json.RootElement.EnumerateObject().Select(ContractArtifact.Read).ToDictionary(static c => c.Name, StringComparer.Ordinal));
    }
}
