using System.Globalization;
using Banyan.Control.Platform;
using Banyan.Control.Processes;

namespace Banyan.Control.Chain.Node;

/// <summary>
/// The local node: Anvil, which <c>eng/setup</c> and the build bring from npm. One process on the loopback without accounts of its own
/// and without fees; what it knows is on disk when it stops, and every half minute before. It is for trying things out and for tests:
/// who can reach its port can do anything to it.
/// </summary>
public static class AnvilNode
{
    /// <summary>Environment variable that names the program, in place of looking for it.</summary>
    public const string ProgramVariable = "BANYAN_ANVIL";

    /// <summary>Environment variable of the launcher: the folder of the repository.</summary>
    public const string HomeVariable = "BANYAN_HOME";

    /// <summary>
    /// The node writes its file in place: one that ends in the middle would keep it from starting, so it is set aside, and a new chain begins, on which
    /// what was anchored is anchored again. Its supervisor may be killed; a node without one would hold its port against the next.
    /// </summary>
    private const string Start = """[ ! -e "$1" ] || [ "$(tail -c 1 "$1")" = "}" ] || mv -f "$1" "$1.damaged"; shift; exec setpriv --pdeathsig TERM -- "$@" """;

    private const string InRepository = "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil";

    /// <summary>Looks for the program.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="problem">Why there is none, and what to do, in one line; null where it was found.</param>
    /// <returns>Its path; null where it is not there.</returns>
    public static string? Find(Func<string, string?> environment, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var named = environment(ProgramVariable) is { Length: > 0 } variable ? variable : null;
        var found = named is not null ? (File.Exists(named) ? named : null)
            : Candidates(environment).FirstOrDefault(File.Exists);
        problem = found is not null ? null
            : named is not null ? $"the chain is off: {ProgramVariable}={named} is not there; everything else works"
            : $"the chain is off: its node (anvil) is not there; everything else works. To have it: npm ci in contracts/ (node comes by eng/setup), or set {ProgramVariable}";
        return found;
    }

    /// <summary>How to start it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="chain">A local one.</param>
    /// <param name="data">The platform's folder; the node's own is made in it.</param>
    /// <exception cref="PlatformException">That folder can't be made.</exception>
    public static ChildSpec Prepare(string program, ChainState chain, DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(data);
        try
        {
            Directory.CreateDirectory(data.Chain, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new PlatformException($"can't make {data.Chain}: {refused.Message.TrimEnd('.')}");
        }

        List<string> arguments =
        [
            "-c", Start, "chain", StateFile(data), program,
            "--host", chain.Host,
            "--port", Text(chain.Port!.Value),
            "--chain-id", Text(chain.Id),
            "--state", StateFile(data),
            "--state-interval", "30",
            "--accounts", "0",
            "--block-base-fee-per-gas", "0",
            "--gas-price", "0",
            "--disable-min-priority-fee",
            "--prune-history", "64",
            "--quiet",
        ];
        if (chain.BlockSeconds is { } seconds)
            arguments.AddRange(["--block-time", seconds.ToString("0.###", CultureInfo.InvariantCulture)]);
        if (chain.GasLimit is { } gas)
            arguments.AddRange(["--gas-limit", Text(gas)]);
        return new ChildSpec(ChildKind.Chain, null, arguments, chain.Port) { Name = "chain", Address = chain.Host, Program = "/bin/sh" };
    }

    /// <summary>Where it keeps what it knows.</summary>
    public static string StateFile(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Chain, "state.json");
    }

    private static IEnumerable<string> Candidates(Func<string, string?> environment) =>
        (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(static folder => Path.Combine(folder, "anvil"))
        .Concat(environment(HomeVariable) is { Length: > 0 } home ? [Path.Combine(home, InRepository)] : (string[])[]);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
