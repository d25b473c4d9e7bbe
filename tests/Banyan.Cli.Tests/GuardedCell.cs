using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Personal;
using Banyan.Engines.Consensus;
using Banyan.Engines.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cli.Tests;

/// <summary>What a cell needs to ask its callers, and to hold personal data.</summary>
internal static class GuardedCell
{
    public static AccessOptions Access(IConsensusStore store) => new()
    {
        Policy = AccessPolicy.Compile(StandardAccess.Model),
        Directory = new AccessDirectory(store, TimeProvider.System, NullLogger<AccessDirectory>.Instance),
        Issuer = "https://test.example",
        Audience = "urn:banyan:test",
    };

    public static KeyOptions Keys(string folder)
    {
        var file = Path.Combine(folder, "root.keys");
        RootKeyFiles.Ensure(file, TimeProvider.System);
        return new KeyOptions { Root = RootKeyFile.Open(file) };
    }
}
