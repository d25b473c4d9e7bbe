using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Bench.Servers;
using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Hosting;
using Banyan.Cells.Personal;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Engines.Keys;
using Banyan.Services.Identity;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Bench.Login;

/// <summary>
/// A real cell with the identity service behind its gateway, as <c>banyan cell</c> runs it: the standard policy and limits, but for how
/// often one address may try, since all residents of a bench come from one. Ends with its standard input.
/// </summary>
internal static class IdentityRole
{
    public const string KeysVariable = "BENCH_ROOT_KEYS";
    public const string MessengerVariable = "BENCH_MESSENGER";
    public const string MessengerId = "messenger";

    private static readonly AccessModel Model = StandardAccess.Model with
    {
        Limits = [.. StandardAccess.Limits.Select(static l => l.Per == LimitPer.Ip ? l with { RatePerSecond = 1_000_000, Burst = 1_000_000 } : l)],
    };

    public static async Task<int> RunAsync()
    {
        using var stop = StandardInput.UntilItsEnd();
        var port = int.Parse(Environment.GetEnvironmentVariable(CellRole.PortVariable)!, CultureInfo.InvariantCulture);
        await using var store = new SingleStore(BootTime.Instance);
        var directory = new AccessDirectory(store, TimeProvider.System, NullLogger<AccessDirectory>.Instance);
        var following = directory.RunAsync(stop.Token);
        var secret = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(MessengerVariable)!)));
        await directory.PublishApiKeyAsync(new ApiKeyEntry { Id = MessengerId, SecretHash = secret, Subject = "here.messenger", Home = "here", Roles = ["messenger"] }, CancellationToken.None);
        var address = new Uri($"http://127.0.0.1:{port}");
        var options = new CellOptions
        {
            Context = new CellContext
            {
                Platform = "bench", Region = "here", Partition = "here", PublicAddress = address,
                // Every core may hash: what a login costs is asked, not how much is left for others.
                Settings = new Dictionary<string, string> { ["identity:password.concurrency"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture) },
            },
            ConnectionString = Environment.GetEnvironmentVariable(CellRole.ConnectionVariable)!,
            Port = port,
            Keys = new KeyOptions { Root = RootKeyFile.Open(Environment.GetEnvironmentVariable(KeysVariable)!) },
            Access = new AccessOptions { Policy = AccessPolicy.Compile(Model), Directory = directory, Issuer = $"http://127.0.0.1:{port}", Audience = "urn:banyan:bench" },
        };
        await CellHost.RunAsync(options, [new IdentityService()], stop.Token);
        await following;
        return 0;
    }
}
