using Banyan.Bench.Running;

namespace Banyan.Bench.Dns;

/// <summary>gdnsd with a zone like ours: one name by shares, one that says the same to all.</summary>
internal static class Gdnsd
{
    public static Child Start(string gdnsd, string folder, int port, int threads)
    {
        foreach (var part in (string[])["zones", "run", "state"])
            Directory.CreateDirectory(Path.Combine(folder, part));
        // `up`: no health check runs beside the measured work.
        File.WriteAllText(Path.Combine(folder, "config"), $$"""
            options => {
              listen => [ 127.0.0.1:{{port}} ]
              run_dir => {{folder}}/run
              state_dir => {{folder}}/state
              udp_threads => {{threads}}
              tcp_threads => 1
            }
            plugins => {
              weighted => { service_types = up, www => { eu => [ 192.0.2.1, 50 ], us => [ 192.0.2.2, 30 ], ap => [ 192.0.2.3, 20 ] } }
            }

            """);
        File.WriteAllText(Path.Combine(folder, "zones", "example.test"), """
            @ SOA ns1 hostmaster 1 7200 1800 259200 300
            @ NS ns1
            ns1 A 192.0.2.53
            @ 5 DYNA weighted!www

            """);
        return Child.Start(gdnsd, ["-c", folder, "start"]);
    }
}
