using System.Diagnostics;

namespace Banyan.Bench.Disaster;

/// <summary>nginx with nchan, as the peer: two workers, one channel, server-sent events.</summary>
internal sealed class Nchan : IDisposable
{
    private const string Module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
    private readonly Process _process;
    private readonly string _folder;

    private Nchan(Process process, string folder) => (_process, _folder) = (process, folder);

    public int Pid => _process.Id;

    /// <summary>Whether Debian's packages nginx and libnginx-mod-nchan are here.</summary>
    public static bool IsInstalled => File.Exists(Module);

    public static Nchan Start(int port, int subscribers)
    {
        var folder = Directory.CreateTempSubdirectory("banyan-nchan-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var config = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(config, $$"""
            load_module {{Module}};
            worker_processes 2; worker_rlimit_nofile {{(subscribers * 3 / 2) + 500}}; daemon off; pid {{folder}}/pid; error_log {{folder}}/error.log warn;
            events { worker_connections {{(subscribers * 3 / 2) + 200}}; }
            http {
              access_log off; keepalive_requests 1000000000; nchan_shared_memory_size 256M;
              client_body_temp_path {{folder}}/a; proxy_temp_path {{folder}}/b; fastcgi_temp_path {{folder}}/c; uwsgi_temp_path {{folder}}/d; scgi_temp_path {{folder}}/e;
              server {
                listen 127.0.0.1:{{port}} backlog=4096 reuseport;
                location = /sub { nchan_subscriber eventsource; nchan_channel_id bench; nchan_subscriber_first_message newest; }
                location = /pub { nchan_publisher; nchan_channel_id bench; }
              }
            }
            """);
        return new Nchan(Process.Start(new ProcessStartInfo("nginx", ["-c", config, "-e", $"{folder}/error.log"]) { RedirectStandardError = true })!, folder);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
