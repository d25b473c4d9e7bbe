using System.Collections.Frozen;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Access.Outside;

/// <summary>
/// The keys of an outside OpenID Connect provider, which takes the place of the platform's own: found by discovery, followed
/// by <see cref="RunAsync"/>, one for a process. While the provider is away what was known last stays, for a day at most
/// (<see cref="Longest"/>): a key that was withdrawn meanwhile must end some time. Thread-safe.
/// </summary>
/// <param name="provider">As the blueprint has it.</param>
/// <param name="http">Reaches it.</param>
/// <param name="time">The clock.</param>
/// <param name="log">What is said of keys that can't be had.</param>
public sealed partial class OutsideIssuer(AccessIdentityProvider provider, HttpMessageInvoker http, TimeProvider time, ILogger<OutsideIssuer> log)
{
    /// <summary>How long keys are believed that could not be asked for again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private const int MostKeys = 100;
    private const int MostBytes = 1 << 20;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SaidAgain = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private volatile Known _known = new(FrozenDictionary<string, OutsideKey>.Empty, 0);
    private long? _saidAt; // Of the loop alone.
    private volatile TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>As the blueprint has it.</summary>
    public AccessIdentityProvider Provider => provider;

    /// <summary>Follows the provider's keys until cancelled: every ten minutes, and soon after a token came whose key is not known.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var asked = _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var found = await TryReadAsync(stopping);
            await Task.Delay(found ? Least : AfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (found)
                await asked.Task.WaitAsync(Every, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The key of an id; null where it is not known, which is looked into.</summary>
    internal OutsideKey? Find(string id)
    {
        var known = _known;
        if (known.Keys.TryGetValue(id, out var key) && IsFresh(known))
            return key;
        _asked.TrySetResult();
        return null;
    }

    /// <summary>Whether a key that was found is the provider's still.</summary>
    internal bool Knows(string id)
    {
        var known = _known;
        return known.Keys.ContainsKey(id) && IsFresh(known);
    }

    private bool IsFresh(Known known) => time.GetElapsedTime(known.At) < Longest;

    private async Task<bool> TryReadAsync(CancellationToken stopping)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            limit.CancelAfter(Patience);
            using var discovery = await GetAsync(new Uri(provider.Issuer.TrimEnd('/') + "/.well-known/openid-configuration"), limit.Token);
            if (Text(discovery, "issuer") != provider.Issuer || !Uri.TryCreate(Text(discovery, "jwks_uri"), UriKind.Absolute, out var address) || address.Scheme != new Uri(provider.Issuer).Scheme)
                throw new JsonException("its discovery document is another issuer's, or names no jwks_uri");
            using var jwks = await GetAsync(address, limit.Token);
            var keys = new Dictionary<string, OutsideKey>(StringComparer.Ordinal);
            foreach (var key in jwks.RootElement.GetProperty("keys").EnumerateArray().Take(MostKeys).Select(OutsideKey.Read).OfType<OutsideKey>())
                keys.TryAdd(key.Id, key);
            _known = new Known(keys.ToFrozenDictionary(StringComparer.Ordinal), time.GetTimestamp());
            if (_saidAt is not null)
                LogBack(provider.Issuer, keys.Count);
            _saidAt = null;
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or OperationCanceledException or InvalidOperationException or KeyNotFoundException)
        {
            if (!stopping.IsCancellationRequested && (_saidAt is not { } said || time.GetElapsedTime(said) >= SaidAgain))
            {
                LogAway(provider.Issuer, _known.Keys.Count, e.Message);
                _saidAt = time.GetTimestamp();
            }

            return false;
        }
    }

    private async Task<JsonDocument> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        using var response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(MostBytes, cancellationToken);
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken), Strict);
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of {Issuer} can't be had; the {Count} that were known stay, for a day at most: {Reason}")]
    private partial void LogAway(string issuer, int count, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The keys of {Issuer} can be had again: {Count}")]
    private partial void LogBack(string issuer, int count);

    /// <summary>What the provider said, and when. Immutable.</summary>
    private sealed record Known(FrozenDictionary<string, OutsideKey> Keys, long At);
}
