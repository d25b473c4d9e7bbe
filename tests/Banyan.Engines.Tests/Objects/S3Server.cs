using System.Diagnostics;
using System.Globalization;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Objects;

/// <summary>A server that speaks S3 (moto_server), where it is installed: with one bucket, on a free port.</summary>
public sealed class S3Server : IAsyncLifetime
{
    public const string Bucket = "logs";
    private Process? _process;

    /// <summary>Null where there is none on this machine.</summary>
    public Uri? Endpoint { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var port = FreePort.Take();
        try
        {
            _process = Process.Start(new ProcessStartInfo("moto_server", ["-H", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return; // not installed: the tests are skipped, and say so
        }

        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Endpoint = new Uri($"http://127.0.0.1:{port}/");
        using var client = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var made = await client.PutAsync(new Uri(Endpoint, Bucket), null);
                made.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60) && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
