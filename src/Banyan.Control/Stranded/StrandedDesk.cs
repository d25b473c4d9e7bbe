using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Control.Platform;

namespace Banyan.Control.Stranded;

/// <summary>
/// Where people decide about stranded changes: through the front doors, so that it is the partition's present primary that
/// answers. Deciding the same again does nothing, so it is tried at each front door until one answers. Thread-safe.
/// </summary>
/// <param name="platform">As in <c>platform.json</c>.</param>
/// <param name="handler">The network; the real one where null.</param>
public sealed class StrandedDesk(PlatformState platform, HttpMessageHandler? handler = null) : IDisposable
{
    /// <summary>The most that a cell gives in one page.</summary>
    public const int PageSize = 500;

    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }, disposeHandler: handler is null) { Timeout = TimeSpan.FromSeconds(15) };

    /// <summary>A page of a partition's stranded changes.</summary>
    /// <param name="region">The partition, named like its home region.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="after">Those with a greater number.</param>
    /// <param name="limit">1 to <see cref="PageSize"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StrandedUnavailableException">No answer, or one that is none.</exception>
    public async Task<StrandedPage> ListAsync(string region, string? state, long after, int limit, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"?after={after}&limit={limit}{(state is null ? "" : "&state=" + state)}");
        using var answer = await SendAsync(region, door => new HttpRequestMessage(HttpMethod.Get, At(door, region, path)), cancellationToken);
        if (!answer.IsSuccessStatusCode)
            throw Refused(region, answer);
        var page = await ReadAsync(answer, region, cancellationToken);
        return page with { Changes = [.. page.Changes.Select(c => c with { Region = region })] };
    }

    /// <summary>Decides on one: appended to the journal under the present epoch, or given up.</summary>
    /// <param name="region">The partition.</param>
    /// <param name="id">Which.</param>
    /// <param name="replay">True: append it; false: give it up.</param>
    /// <param name="cancellationToken">Gives up; whether it was decided is then unknown, and asking again says so.</param>
    /// <exception cref="StrandedUnavailableException">No answer, or one that is none.</exception>
    public async Task<StrandedDecision> DecideAsync(string region, Guid id, bool replay, CancellationToken cancellationToken)
    {
        var verb = replay ? "replay" : "discard";
        using var answer = await SendAsync(
            region,
            door =>
            {
                var request = new HttpRequestMessage(HttpMethod.Post, At(door, region, $"/{id}/{verb}"));
                request.Headers.Add("Idempotency-Key", $"\"{verb}-{id}\""); // the front door may hold and repeat it: a repeat does nothing
                return request;
            },
            cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return new StrandedDecision(region, id, null, false);
        if (!answer.IsSuccessStatusCode && answer.StatusCode != HttpStatusCode.Conflict)
            throw Refused(region, answer);
        try
        {
            // Of a conflict too: the problem has a member `state`.
            var decision = await answer.Content.ReadFromJsonAsync(StrandedJson.Default.StrandedDecision, cancellationToken);
            return decision is { State: not null } ? new StrandedDecision(region, id, decision.State, decision.Now) : throw Refused(region, answer);
        }
        catch (JsonException)
        {
            throw Refused(region, answer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static Uri At(Uri door, string region, string rest) => new(door, $"/regions/{region}/journal/v1/stranded{rest}");

    private static async Task<StrandedPage> ReadAsync(HttpResponseMessage answer, string region, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync(StrandedJson.Default.StrandedPage, cancellationToken) ?? throw Refused(region, answer);
        }
        catch (JsonException)
        {
            throw Refused(region, answer);
        }
    }

    private static StrandedUnavailableException Refused(string region, HttpResponseMessage answer) => new($"{region} answered with status {(int)answer.StatusCode}");

    private async Task<HttpResponseMessage> SendAsync(string region, Func<Uri, HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        foreach (var door in platform.AllFrontDoors())
        {
            try
            {
                using var request = make(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{door.Port}/")));
                platform.Credential?.In(region).AddTo(request.Headers);
                return await _http.SendAsync(request, cancellationToken);
            }
            catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next front door, or none.
            }
        }

        throw new StrandedUnavailableException($"{region} does not answer");
    }
}
