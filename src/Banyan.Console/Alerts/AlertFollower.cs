using System.Net.ServerSentEvents;
using System.Text.Json;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Console.Alerts;

/// <summary>
/// Keeps the board true: reads what holds in each region, then follows the region's stream from that very position. When
/// a stream breaks it reads the list again, so that a cell that was restarted, or a journal that moved, shows what is.
/// </summary>
/// <remarks>It asks by the entry of its own process, which knows where a partition is: a region's own cell may only stand by for it.</remarks>
internal sealed partial class AlertFollower(PlatformState platform, IServer server, IHostApplicationLifetime lifetime, AlertBoard board, TimeProvider time, ILogger<AlertFollower> log) : BackgroundService
{
    private const string RegionHeader = "Banyan-Region";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 16 << 20,
        };
        if (await FindEntryAsync(stoppingToken) is { } entry)
            await Task.WhenAll(platform.Regions.Select(r => FollowAsync(http, entry, r, stoppingToken)));
    }

    /// <summary>Waits until the host listens. Null where it ends before that.</summary>
    private async Task<Uri?> FindEntryAsync(CancellationToken stopping)
    {
        var listens = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), listens);
        await using var stopped = stopping.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), listens);
        await listens.Task;
        if (stopping.IsCancellationRequested)
            return null;
        var address = server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        return new UriBuilder("http", "127.0.0.1", new Uri(address).Port).Uri;
    }

    private async Task FollowAsync(HttpClient http, Uri entry, RegionState region, CancellationToken stopping)
    {
        var pause = FirstPause;
        var address = new Uri(entry, $"/regions/{Uri.EscapeDataString(region.Name)}/disaster/v1/").ToString();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var position = await ListAsync(http, address, region.Name, stopping);
                pause = FirstPause;
                await StreamAsync(http, address, region.Name, position, stopping);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or JsonException or FormatException)
            {
                LogBroken(region.Name, e.Message);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, time, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<string?> ListAsync(HttpClient http, string address, string region, CancellationToken stopping)
    {
        using var response = await http.GetAsync(new Uri(address + "alerts"), stopping);
        CheckAnswer(response, region);
        using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(stopping));
        board.Reset(region, [.. AlertReader.Items(json.RootElement, "alerts"u8).Select(a => AlertReader.Read(region, a)).OfType<ConsoleAlert>()]);
        return AlertReader.Text(json.RootElement, "position"u8);
    }

    private async Task StreamAsync(HttpClient http, string address, string region, string? position, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address + "stream");
        if (position is not null)
            request.Headers.Add("Last-Event-ID", position);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
        CheckAnswer(response, region);
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(stopping)).EnumerateAsync(stopping))
        {
            if (item.EventType != SseParser.EventTypeDefault)
                return; // reset or dropped: the list says what holds
            using var json = JsonDocument.Parse(item.Data);
            Take(region, json.RootElement);
        }
    }

    /// <exception cref="HttpRequestException">It is no answer of this region's partition: a neighbour may answer for an edge site.</exception>
    private static void CheckAnswer(HttpResponseMessage response, string region)
    {
        response.EnsureSuccessStatusCode();
        if (response.Headers.TryGetValues(RegionHeader, out var whose) && !whose.Contains(region, StringComparer.OrdinalIgnoreCase))
            throw new HttpRequestException($"{string.Join(", ", whose)} answers for it");
    }

    private void Take(string region, JsonElement change)
    {
        var alert = AlertReader.Member(change, "alert"u8);
        var kind = AlertReader.Text(change, "change"u8);
        foreach (var ended in AlertReader.Ended(alert))
            board.Close(region, ended, kind == "cancelled" ? AlertEnd.Cancelled : AlertEnd.Replaced);
        if (kind is "issued" or "updated" && AlertReader.Read(region, alert) is { } read)
            board.Put(read);
        else if (kind == "expired" && AlertReader.IdOf(alert) is { } id)
            board.Close(region, id, AlertEnd.Expired);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The alerts of {Region} can not be followed now: {Error}")]
    private partial void LogBroken(string region, string error);
}
