using System.Globalization;
using System.Text;

namespace Banyan.Bench.Ingest;

/// <summary>Values of the generated lines.</summary>
internal enum LineValues
{
    Integers,

    Floats,
}

/// <summary>
/// Lines as the Time Series Benchmark Suite's "cpu" makes them: ten hosts, ten tags, ten fields that walk at random
/// between 0 and 100, a line for each host every ten seconds. The same lines for every server; a host belongs to one writer.
/// </summary>
internal sealed class LineGenerator
{
    private const int Hosts = 10;
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);
    private static readonly string[] Fields = ["usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait", "usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"];
    private readonly Random _random = new(20260101);

    /// <summary>Batches by writer. The last line is of now, so that no retention touches them.</summary>
    public IReadOnlyList<byte[]>[] Make(int writers, int lines, int batch, LineValues values)
    {
        var tags = Enumerable.Range(0, Hosts).Select(static h => string.Create(CultureInfo.InvariantCulture,
            $"cpu,hostname=host_{h},region=eu-central-1,datacenter=eu-central-1{(char)('a' + (h % 3))},rack={h * 37 % 100},os=Ubuntu15.10,arch=x86,team=SF,service={h * 7 % 20},service_version={h % 2},service_environment=test ")).ToArray();
        var level = Enumerable.Range(0, Hosts * Fields.Length).Select(_ => _random.NextDouble() * 100).ToArray();
        var batches = Enumerable.Range(0, writers).Select(static _ => new List<byte[]>()).ToArray();
        var (texts, counts) = (Enumerable.Range(0, writers).Select(static _ => new StringBuilder()).ToArray(), new int[writers]);
        var now = TimeProvider.System.GetUtcNow();
        var time = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero) - (Step * (lines / Hosts));
        for (var line = 0; line < lines; line++)
        {
            var host = line % Hosts;
            var writer = host % writers;
            var text = texts[writer].Append(tags[host]);
            for (var f = 0; f < Fields.Length; f++)
            {
                ref var value = ref level[(host * Fields.Length) + f];
                value = Math.Clamp(value + Gauss(), 0, 100);
                text.Append(f == 0 ? "" : ",").Append(Fields[f]).Append('=');
                _ = values == LineValues.Integers ? text.Append(CultureInfo.InvariantCulture, $"{(int)(value + 0.5)}i") : text.Append(CultureInfo.InvariantCulture, $"{value:R}");
            }

            text.Append(CultureInfo.InvariantCulture, $" {time.ToUnixTimeSeconds()}000000000\n");
            if (++counts[writer] == batch)
                Flush(writer);
            if (host == Hosts - 1)
                time += Step;
        }

        for (var writer = 0; writer < writers; writer++)
            Flush(writer);
        return batches;

        void Flush(int writer)
        {
            if (counts[writer] > 0)
                batches[writer].Add(Encoding.ASCII.GetBytes(texts[writer].ToString()));
            texts[writer].Clear();
            counts[writer] = 0;
        }
    }

    private double Gauss()
    {
        var sum = 0d;
        for (var i = 0; i < 12; i++)
            sum += _random.NextDouble();
        return sum - 6;
    }
}
