using System.Text.RegularExpressions;
using Banyan.Blueprints.Quantities;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Blueprints.Tests.Quantities;

/// <summary>What holds for every quantity.</summary>
public class QuantityProperties
{
    private const string Alphabet = "0123456789.,+-/ %$€<>=KMGTPEBbpsmhdwyiou XcUDNR";

    [Fact]
    public void Count_Written_ReadsBack() => ReadsBack(Longs(), n => new Count(n));

    [Fact]
    public void ByteSize_Written_ReadsBack() => ReadsBack(Longs(), n => new ByteSize(n));

    [Fact]
    public void Bandwidth_Written_ReadsBack() => ReadsBack(Longs(), n => new Bandwidth(n));

    [Fact]
    public void Duration_Written_ReadsBack() => ReadsBack(Longs(), n => new Duration(TimeSpan.FromTicks(n % (1000L * 365 * TimeSpan.TicksPerDay))));

    [Fact]
    public void Rate_Written_ReadsBack() => ReadsBack(Decimals(), Rate.FromPerSecond);

    [Fact]
    public void Percentage_Written_ReadsBack() => ReadsBack(Decimals(), d => new Percentage(d % 1_000_000));

    [Fact]
    public void CpuCores_Written_ReadsBack() => ReadsBack(Longs(), n => new CpuCores(n % 1_000_000_000));

    [Fact]
    public void Money_Written_ReadsBack() => ReadsBack(Decimals().Zip(Gen.Elements("USD", "EUR", "GBP", "KES")).Zip(Gen.Elements(Enum.GetValues<MoneyPeriod>())), m => new Money(m.Item1.Item1, m.Item1.Item2, m.Item2));

    [Fact]
    public void Coordinates_Written_ReadsBack() => ReadsBack(Gen.Choose(-90_000_000, 90_000_000).Zip(Gen.Choose(-180_000_000, 180_000_000)), c => new Coordinates(c.Item1 / 1e6, c.Item2 / 1e6));

    [Fact]
    public void CountRange_Written_ReadsBack() => ReadsBack(Longs().Zip(Longs()), n => new Range<Count>(new(Math.Min(n.Item1, n.Item2)), n.Item1 % 3 == 0 ? null : new(Math.Max(n.Item1, n.Item2))));

    [Fact]
    public void ByteRange_Written_ReadsBack() => ReadsBack(Longs().Zip(Longs()), n => new Range<ByteSize>(new(Math.Min(n.Item1, n.Item2)), n.Item1 % 3 == 0 ? null : new(Math.Max(n.Item1, n.Item2))));

    [Fact]
    public void Parse_AnyText_NeverThrowsAndAgreesWithItsPattern()
    {
        Agrees<Count>();
        Agrees<ByteSize>();
        Agrees<Bandwidth>();
        Agrees<Duration>();
        Agrees<Rate>();
        Agrees<Percentage>();
        Agrees<CpuCores>();
        Agrees<Money>();
        Agrees<Coordinates>();
        Agrees<Condition>();
        Agrees<Cadence>();
        Agrees<Retention>();
        Agrees<Product>();
        Agrees<Measure>();
        Agrees<Range<Count>>();
        Agrees<Range<ByteSize>>();
        Agrees<Range<Rate>>();
        Agrees<Range<Money>>();
        Agrees<Range<Duration>>();
        Agrees<Range<Bandwidth>>();
    }

    [Fact]
    public void Kind_Example_Parses()
    {
        ExampleParses<Count>();
        ExampleParses<ByteSize>();
        ExampleParses<Bandwidth>();
        ExampleParses<Duration>();
        ExampleParses<Rate>();
        ExampleParses<Percentage>();
        ExampleParses<CpuCores>();
        ExampleParses<Money>();
        ExampleParses<Coordinates>();
        ExampleParses<Condition>();
        ExampleParses<Cadence>();
        ExampleParses<Retention>();
        ExampleParses<Product>();
        ExampleParses<Range<Money>>();
    }

    private static void ExampleParses<T>() where T : IQuantity<T>
    {
        T.Parse(T.Kind.Example, out _).ShouldBeNull();
        Regex.IsMatch(T.Kind.Example, $"^(?:{T.Kind.Pattern})$", RegexOptions.ECMAScript, TimeSpan.FromSeconds(1)).ShouldBeTrue();
    }

    private static void ReadsBack<TFrom, T>(Gen<TFrom> from, Func<TFrom, T> make) where T : IQuantity<T> =>
        Prop.ForAll(from.Select(make).ToArbitrary(), value => T.Parse(value.ToString()!, out var read) is null && read.Equals(value)).QuickCheckThrowOnFailure();

    /// <summary>Whatever is read matches the pattern that editors check by; blanks around it are the reader's mercy.</summary>
    private static void Agrees<T>() where T : IQuantity<T>
    {
        var pattern = new Regex($"^(?:{T.Kind.Pattern})$", RegexOptions.None, TimeSpan.FromSeconds(1));
        var characters = Gen.Elements(Alphabet.ToCharArray());
        var near = Gen.Choose(0, 12).Zip(Gen.Choose(0, 2)).Zip(characters).Select(e => Edit(T.Kind.Example, e.Item1.Item1, e.Item1.Item2, e.Item2));
        var random = characters.ArrayOf().Select(c => new string(c));
        Prop.ForAll(Gen.OneOf(near, random).ToArbitrary(), text =>
            T.Parse(text, out _) is not null || pattern.IsMatch(text.Trim()) || (T.Kind.AllowsNumber && decimal.TryParse(text, out _))).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static string Edit(string text, int at, int kind, char with)
    {
        at = Math.Min(at, text.Length);
        return kind switch
        {
            0 => text.Insert(at, with.ToString()),
            1 when at < text.Length => text.Remove(at, 1),
            _ when at < text.Length => text.Remove(at, 1).Insert(at, with.ToString()),
            _ => text + with,
        };
    }

    /// <summary>Round numbers and odd ones, small and large.</summary>
    private static Gen<long> Longs() =>
        Gen.Choose(0, 999_999).Zip(Gen.Elements(1L, 10, 1000, 1_000_000, 1_000_000_000, 1_000_000_000_000, 1L << 10, 1L << 20, 1L << 30, 1L << 39)).Select(n => n.Item1 * n.Item2);

    private static Gen<decimal> Decimals() => Longs().Zip(Gen.Elements(1m, 10m, 1000m, 100_000_000m)).Select(n => n.Item1 / n.Item2);
}
