using System.Globalization;
using Banyan.Bench.Running;

namespace Banyan.Bench.EntryHop;

/// <summary>The peers of the entry, set up as they are measured elsewhere: two threads, kept connections, nothing but the hop.</summary>
internal static class Proxies
{
    public static async Task<Child> StartHaproxyAsync(string haproxy, string folder, int port, int cell)
    {
        var file = Path.Combine(folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            global
              nbthread 2
              maxconn 4000
            defaults
              mode http
              timeout connect 5s
              timeout client 60s
              timeout server 60s
              http-reuse always
            frontend f
              bind 127.0.0.1:{port}
              default_backend b
            backend b
              option forwardfor
              server s1 127.0.0.1:{cell} maxconn 2000

            """));
        return Child.Start(haproxy, ["-db", "-f", file]);
    }

    public static async Task<Child> StartNginxAsync(string nginx, string folder, int port, int cell)
    {
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
            worker_processes 2; worker_rlimit_nofile 19000; pid {{folder}}/nginx.pid; daemon off; error_log {{folder}}/nginx.err warn;
            events { worker_connections 8192; }
            http {
              access_log off; keepalive_requests 1000000000;
              client_body_temp_path {{folder}}/cb; proxy_temp_path {{folder}}/pt; fastcgi_temp_path {{folder}}/ft; uwsgi_temp_path {{folder}}/ut; scgi_temp_path {{folder}}/st;
              upstream app { server 127.0.0.1:{{cell}}; keepalive 128; keepalive_requests 1000000000; }
              server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; } }
            }

            """));
        return Child.Start(nginx, ["-c", file, "-e", Path.Combine(folder, "nginx.err")]);
    }
}
