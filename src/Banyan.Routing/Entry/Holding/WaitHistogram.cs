using System.Globalization;
using System.Text;

namespace Banyan.Routing.Entry.Holding;

/// <summary>How long held requests waited. Thread-safe.</summary>
internal sealed class WaitHistogram
{
    private static readonly double[] Bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private double _sum;
    private double _longest;

    /// <summary>The longest, in seconds.</summary>
    public double Longest
    {
        get
        {
            lock (_lock)
                return _longest;
        }
    }

    public void Add(TimeSpan waited)
    {
        var seconds = waited.TotalSeconds;
        var index = Array.BinarySearch(Bounds, seconds);
        lock (_lock)
        {
            _counts[index < 0 ? ~index : index]++;
            _sum += seconds;
            _longest = Math.Max(_longest, seconds);
        }
    }

    /// <summary>Adds its lines, in the OpenMetrics 1.0 format.</summary>
    public void Render(StringBuilder text, string name, string region)
    {
        lock (_lock)
        {
            long total = 0;
            for (var i = 0; i < _counts.Length; i++)
            {
                total += _counts[i];
                var bound = i < Bounds.Length ? Bounds[i].ToString("0.0##", CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{region=\"{region}\",le=\"{bound}\"}} {total}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_count{{region=\"{region}\"}} {total}\n{name}_sum{{region=\"{region}\"}} {_sum}\n");
        }
    }
}
