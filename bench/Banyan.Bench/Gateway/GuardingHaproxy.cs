using System.Globalization;
using Banyan.Bench.Running;

namespace Banyan.Bench.Gateway;

/// <summary>HAProxy in front of an endpoint: verifies the token's signature and its end, and counts requests by address.</summary>
internal static class GuardingHaproxy
{
    /// <param name="haproxy">Its path.</param>
    /// <param name="folder">For its file.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="target">The endpoint's port.</param>
    /// <param name="algorithm">The only one that it takes.</param>
    /// <param name="key">Secret, or a file with the public key.</param>
    public static async Task<Child> StartAsync(string haproxy, string folder, int port, int target, string algorithm, string key)
    {
        var file = Path.Combine(folder, $"haproxy-{algorithm}.cfg");
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
              stick-table type ip size 100k expire 60s store http_req_rate(10s)
              http-request track-sc0 src
              http-request deny deny_status 429 if {'{'} sc_http_req_rate(0) gt 100000000 {'}'}
              http-request set-var(txn.alg) http_auth_bearer,jwt_header_query('$.alg')
              http-request set-var(txn.exp) http_auth_bearer,jwt_payload_query('$.exp','int')
              http-request set-var(txn.now) date()
              http-request deny deny_status 401 unless {'{'} var(txn.alg) -m str {algorithm} {'}'}
              http-request deny deny_status 401 unless {'{'} http_auth_bearer,jwt_verify(txn.alg,"{key}") 1 {'}'}
              http-request deny deny_status 401 if {'{'} var(txn.exp),sub(txn.now) -m int lt 0 {'}'}
              default_backend b
            backend b
              option forwardfor
              server s1 127.0.0.1:{target} maxconn 2000

            """));
        return Child.Start(haproxy, ["-db", "-f", file]);
    }
}
