using System.Collections.Frozen;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Access.Outside;
using Banyan.Cells.Gateway.Quotas;
using Banyan.Cli.Output;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Cells;

/// <summary>What the cells of a process go by when someone asks for something, followed from the consensus store while they run.</summary>
internal sealed class CellAccess : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ILoggerFactory _logging = JsonLog.Create();
    private readonly Task _following;
    private readonly HttpMessageInvoker? _http;

    private CellAccess(PlatformState platform, IConsensusStore store, TimeProvider time)
    {
        var directory = new AccessDirectory(store, time, _logging.CreateLogger<AccessDirectory>());
        _following = directory.RunAsync(_stop.Token);
        var outside = platform.OutsideProvider is { } provider ? new OutsideIssuer(provider, _http = Client(), time, _logging.CreateLogger<OutsideIssuer>()) : null;
        if (outside is not null)
            _following = Task.WhenAll(_following, outside.RunAsync(_stop.Token));
        Options = new AccessOptions
        {
            Policy = AccessPolicy.Compile(platform.Access ?? StandardAccess.Model),
            Directory = directory,
            Issuer = IdentityOfPlatform.IssuerOf(platform),
            Audience = IdentityOfPlatform.AudienceOf(platform),
            Outside = outside,
            Jurisdictions = platform.Regions.ToFrozenDictionary(static r => r.Name, static r => r.Jurisdiction ?? "", StringComparer.Ordinal),
            Quotas = new QuotaLedger(store, time),
        };
    }

    /// <summary>For every cell of the process.</summary>
    public AccessOptions Options { get; }

    /// <summary>Begins to follow.</summary>
    public static CellAccess Follow(PlatformState platform, IConsensusStore store, TimeProvider time) => new(platform, store, time);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http?.Dispose();
        _stop.Dispose();
        _logging.Dispose();
    }

    /// <summary>To the provider alone: it leads nowhere else.</summary>
    private static HttpMessageInvoker Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5) });
}
