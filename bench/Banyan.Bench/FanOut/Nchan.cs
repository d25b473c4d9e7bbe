using Banyan.Bench.Running;

namespace Banyan.Bench.FanOut;

/// <summary>The peer: nginx with nchan, one publisher location and one SSE subscriber location.</summary>
internal sealed class Nchan : IAsyncDisposable
{
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
    private readonly string _folder;
    private readonly Child _process;

    private Nchan(string folder, Child process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Null where it is not installed; that is said.</summary>
    public static async Task<Nchan?> StartAsync(int workers)
    {
        if (Peers.Find("nginx") is not { } nginx)
            return null;
        if (!File.Exists(Module))
        {
            BenchRun.Say($"nginx has no nchan: left out (eng/setup bench installs it)");
            return null;
        }

        var folder = Directory.CreateTempSubdirectory("banyan-bench-nchan-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            load_module {{Module}};
            worker_processes {{workers}}; worker_rlimit_nofile 20000; pid {{folder}}/nginx.pid; daemon off; error_log {{folder}}/nginx.err warn;
            events { worker_connections 19500; }
            http {
              access_log off; keepalive_requests 1000000000;
              client_body_temp_path {{folder}}/cb; proxy_temp_path {{folder}}/pt; fastcgi_temp_path {{folder}}/ft; uwsgi_temp_path {{folder}}/ut; scgi_temp_path {{folder}}/st;
              nchan_shared_memory_size 512M;
              server { listen 127.0.0.1:{{port}} backlog=4096 reuseport;
                location = /ready { return 200; }
                location = /sub { nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }
                location = /pub { nchan_publisher; nchan_channel_id bench; } }
            }
            """);
        var process = Child.Start(nginx, ["-c", $"{folder}/nginx.conf", "-e", $"{folder}/nginx.err"]);
        var nchan = new Nchan(folder, process, port);
        using var http = new HttpClient();
        try
        {
            await process.WaitForAsync(http, $"http://127.0.0.1:{port}/ready");
        }
        catch
        {
            await nchan.DisposeAsync();
            throw;
        }

        return nchan;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
