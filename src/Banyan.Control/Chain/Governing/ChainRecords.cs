using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Banyan.Control.Platform;

namespace Banyan.Control.Chain.Governing;

/// <summary>Enters what organisations did on the chain into the platform's own records, by the front doors: in the journal of the first region that takes it. Thread-safe.</summary>
/// <param name="platform">As in <c>platform.json</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="handler">The network; the real one where null.</param>
public sealed class ChainRecords(PlatformState platform, TimeProvider time, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1) }, disposeHandler: handler is null) { Timeout = Answer };

    /// <summary>Enters it; the same transaction again changes nothing.</summary>
    /// <returns>The region that has it; null where none took it.</returns>
    public async Task<string?> EnterAsync(ChainAct act, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(act);
        var record = new ChainActRecord(act.What, act.Organisation, act.Proposal, act.Does, act.Transaction, act.Block, act.Address);
        var began = time.GetTimestamp();
        foreach (var (region, door) in platform.Partitions.SelectMany(p => platform.AllFrontDoors().Select(d => (p.Name, d.Port))))
        {
            if (time.GetElapsedTime(began) > Patience)
                return null;
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{door}/regions/{region}/journal/v1/records/chain")))
                {
                    Content = JsonContent.Create(record, ChainRecordJson.Default.ChainActRecord),
                };
                platform.Credential?.AddTo(request.Headers);
                using var answer = await _http.SendAsync(request, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return region;
            }
            catch (Exception silent) when (silent is HttpRequestException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next front door, or the next region.
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

/// <summary>What is entered; see docs/records.md.</summary>
internal sealed record ChainActRecord(string What, string Organisation, long? Proposal, IReadOnlyList<string> Does, string Transaction, long Block, string? Address);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChainActRecord))]
internal sealed partial class ChainRecordJson : JsonSerializerContext;
