using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Control.Platform;

namespace Banyan.Control.Log;

/// <summary>
/// Where an operator says how a halted log goes on: through the front doors, so that it is the partition's present primary that
/// does it. Thread-safe.
/// </summary>
/// <param name="platform">As in <c>platform.json</c>, with the operator's key.</param>
/// <param name="handler">The network; the real one where null.</param>
public sealed class LogDesk(PlatformState platform, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // a tree of many entries is made again

    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }, disposeHandler: handler is null) { Timeout = Patience };

    /// <summary>Asks for it, at the first front door that answers.</summary>
    /// <param name="partition">The log's.</param>
    /// <param name="anew">True: another log begins; false: the same one goes on, with its tree made again where that is needed and possible.</param>
    /// <param name="reason">Why; it becomes part of the journal.</param>
    /// <param name="cancellationToken">Waits no longer; it may still be done.</param>
    /// <exception cref="PlatformException">Nobody answers, or what was answered is none.</exception>
    public async Task<LogRecovered> RecoverAsync(string partition, bool anew, string reason, CancellationToken cancellationToken)
    {
        foreach (var door in platform.AllFrontDoors())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{door.Port}/regions/{partition}/log/v1/{partition}/recovery?anew={(anew ? "true" : "false")}&reason={Uri.EscapeDataString(reason)}"));
            platform.Credential?.In(partition).AddTo(request.Headers);
            HttpResponseMessage answer;
            try
            {
                answer = await _http.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException)
            {
                continue; // it was not asked: the next front door, or none
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new PlatformException($"{partition} has not answered within {Patience.TotalMinutes} min: it may still be at work (banyan status)");
            }

            using (answer)
                return await ReadAsync(answer, partition, cancellationToken);
        }

        throw new PlatformException($"no front door of {platform.Platform} answers: is it running? (banyan status)");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<LogRecovered> ReadAsync(HttpResponseMessage answer, string partition, CancellationToken cancellationToken)
    {
        try
        {
            var said = await answer.Content.ReadFromJsonAsync(LogDeskJson.Default.Said, cancellationToken);
            if (answer.IsSuccessStatusCode && said?.Message is { } done)
                return new LogRecovered(partition, true, done);
            if (said is { Type: "urn:banyan:problem:log-not-recovered", Detail: { } why })
                return new LogRecovered(partition, false, why);
            throw new PlatformException($"{partition} answered with status {(int)answer.StatusCode}{(said?.Detail is { } detail ? $": {detail.TrimEnd('.')}" : "")}");
        }
        catch (JsonException)
        {
            throw new PlatformException($"{partition} answered with status {(int)answer.StatusCode}");
        }
    }
}

/// <summary>What came of it.</summary>
/// <param name="Partition">The log's.</param>
/// <param name="Done">Whether the log goes on.</param>
/// <param name="Message">What was done, or why nothing was.</param>
public sealed record LogRecovered(string Partition, bool Done, string Message);

internal sealed record Said(string? Message, string? Type, string? Detail);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Said))]
internal sealed partial class LogDeskJson : JsonSerializerContext;
