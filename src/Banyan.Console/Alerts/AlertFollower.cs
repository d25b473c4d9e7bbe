using System.Net.ServerSentEvents;
using System.Text.Json;
using Banyan.Control.Platform;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Console.Alerts;

/// <summary>
/// Keeps the board true: reads what holds in each region, then follows the region's stream from that very position. When
/// a stream breaks it reads the list again, so that a cell that was restarted, or a journal that moved, shows what is.
/// </summary>
internal sealed partial class AlertFollower(PlatformState platform, AlertBoard board, TimeProvider time, ILogger<AlertFollower> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = 16 << 20,
        };
        await Task.WhenAll(platform.Regions.Select(r => FollowAsync(http, r, stoppingToken)));
    }

    private async Task FollowAsync(HttpClient http, RegionState region, CancellationToken stopping)
    {
        var pause = FirstPause;
        var address = region.Url(region.CellPort, "/disaster/v1/").ToString();
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
        using var json = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri(address + "alerts"), stopping));
        board.Reset(region, [.. AlertReader.Items(json.RootElement, "alerts"u8).Select(a => AlertReader.Read(region, a)).OfType<ConsoleAlert>()]);
        return AlertReader.Text(json.RootElement, "position"u8);
    }

    private async Task StreamAsync(HttpClient http, string address, string region, string? position, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address + "stream");
        if (position is not null)
            request.Headers.Add("Last-Event-ID", position);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
        response.EnsureSuccessStatusCode();
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(stopping)).EnumerateAsync(stopping))
        {
            if (item.EventType != SseParser.EventTypeDefault)
                return; // reset or dropped: the list says what holds
            using var json = JsonDocument.Parse(item.Data);
            Take(region, json.RootElement);
        }
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
