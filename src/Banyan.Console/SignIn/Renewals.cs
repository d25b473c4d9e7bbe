using System.Security.Cryptography;
using System.Text;

namespace Banyan.Console.SignIn;

/// <summary>
/// Renews each session once, however many requests of a browser come at the same time: a refresh token that is used twice would
/// end what it is for. What came of it is kept a while, for requests that were on their way with the cookie of before. Thread-safe.
/// </summary>
internal sealed class Renewals(TokenDesk desk, TimeProvider time)
{
    /// <summary>More sessions than that are renewed at once on no front door; past it they wait for their next request.</summary>
    private const int Most = 10_000;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(2);

    /// <summary>Where it could not be asked, it is not asked again for so long: pages don't wait each time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Renewal> _known = new(StringComparer.Ordinal);

    /// <summary>What the identity service says of a session that is due.</summary>
    public async Task<DeskAnswer> AskAsync(ConsoleSession session, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(session.Refresh!)));
        Renewal? renewal;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_known.TryGetValue(key, out renewal) || now >= renewal.BeganAt + (renewal.IsAway ? Pause : Kept))
            {
                foreach (var (old, _) in _known.Where(k => now >= k.Value.BeganAt + Kept).ToList())
                    _known.Remove(old);
                if (_known.Count >= Most)
                    return DeskAnswer.Away;
                // Not of one request: others wait for it too, and what it brings must not be lost with a reader who goes.
                _known[key] = renewal = new Renewal(desk.RenewAsync(session, CancellationToken.None), now);
            }
        }

        return await renewal.Asking.WaitAsync(cancellationToken);
    }

    private sealed record Renewal(Task<DeskAnswer> Asking, DateTimeOffset BeganAt)
    {
        public bool IsAway => Asking is { IsCompletedSuccessfully: true, Result: { Session: null, IsRefused: false } };
    }
}
