using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.Bench.Running;
using Npgsql;

namespace Banyan.Bench.Journal;

/// <summary>The peer: PostgreSQL's own load generator, with the statements of a change.</summary>
internal static partial class PgBench
{
    private const string Statements = """
        INSERT INTO journal.idempotency (digest, fingerprint, status, content_type, body, location, receipts) VALUES (gen_random_uuid(), '\\x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 201, 'application/json', '\\x7b226964223a2230313932663063312d323334352d376162632d386465662d303132333435363738396162222c227374617465223a226163636570746564227d', '/things/0192f0c1-2345-7abc-8def-0123456789ab', ARRAY[gen_random_uuid()]);
        INSERT INTO bench.thing (id, station, value) VALUES (gen_random_uuid(), 'KE-0001', :client_id);
        INSERT INTO journal.inbox (id, topic, type, subject, content_type, data, trace_parent) VALUES (gen_random_uuid(), 'bench.things', 'banyan.bench.thing.made.v1', '0192f0c1-2345-7abc-8def-0123456789ab', 'application/json', '{"station":"KE-0001","rain_mm":81.5,"window":"24h","rule":"rain-24h","at":"2026-01-02T03:04:05Z","place":{"lat":-1.286389,"lon":36.817223},"note":"a payload of the usual size"}', NULL);

        """;

    /// <summary>A statement a round trip, as a plain client sends them.</summary>
    public const string Plain = "BEGIN;\n" + Statements + "COMMIT;\n";

    /// <summary>One round trip, as the journal sends them.</summary>
    public const string Pipelined = "\\startpipeline\nBEGIN;\n" + Statements + "COMMIT;\n\\endpipeline\n";

    /// <summary>Runs a script; returns transactions per second, and the generator's processor time for each in microseconds.</summary>
    public static async Task<(double Rate, double Cpu)> RunAsync(string program, NpgsqlConnectionStringBuilder server, string script, int clients, int seconds)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script.Replace("\\\\x", "\\x", StringComparison.Ordinal));
            var info = new ProcessStartInfo(program)
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
                ArgumentList = { "-n", "-M", "prepared", "-f", file, "-c", $"{clients}", "-j", "2", "-T", $"{seconds}", "-h", server.Host!, "-p", $"{server.Port}", "-U", server.Username!, server.Database! },
                Environment = { ["PGPASSWORD"] = server.Password },
            };
            var before = ProcessCpu.OfEndedChildren();
            using var process = Process.Start(info)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            var found = Tps().Match(await output);
            if (!found.Success)
                throw new InvalidOperationException($"pgbench: {await errors}");
            var rate = double.Parse(found.Groups["tps"].Value, CultureInfo.InvariantCulture);
            return (rate, (ProcessCpu.OfEndedChildren() - before) * 1e6 / (rate * seconds));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("tps = (?<tps>[0-9.]+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Tps();
}
