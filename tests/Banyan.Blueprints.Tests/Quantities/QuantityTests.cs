using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Tests.Quantities;

/// <summary>What people write, and what it means.</summary>
public class QuantityTests
{
    [Theory]
    [InlineData("500M", 500_000_000)]
    [InlineData("2G", 2_000_000_000)]
    [InlineData("1.5K", 1500)]
    [InlineData("40", 40)]
    [InlineData("1,250", 1250)]
    [InlineData("0", 0)]
    public void Count_Text_IsRead(string text, long expected) => Read<Count>(text).Value.ShouldBe(expected);

    [Theory]
    [InlineData("100PB", 100_000_000_000_000_000)]
    [InlineData("8GB", 8_000_000_000)]
    [InlineData("2GiB", 2_147_483_648)]
    [InlineData("1.5 TB", 1_500_000_000_000)]
    [InlineData("512KiB", 524_288)]
    public void ByteSize_Text_IsRead(string text, long expected) => Read<ByteSize>(text).Bytes.ShouldBe(expected);

    [Theory]
    [InlineData("15m", 900)]
    [InlineData("1h", 3600)]
    [InlineData("1h30m", 5400)]
    [InlineData("30d", 2_592_000)]
    [InlineData("7y", 220_752_000)]
    [InlineData("1mo", 2_628_000)]
    [InlineData("0.5h", 1800)]
    public void Duration_Text_IsRead(string text, int seconds) => Read<Duration>(text).Value.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData("10M/s", 10_000_000)]
    [InlineData("100K rps", 100_000)]
    [InlineData("1000 TPS", 1000)]
    [InlineData("60/min", 1)]
    [InlineData("3600/h", 1)]
    public void Rate_Text_IsRead(string text, long perSecond)
    {
        Read<Rate>(text).ShouldBe(Rate.FromPerSecond(perSecond));
        Read<Rate>(text).PerSecond.ShouldBe(perSecond);
    }

    [Fact]
    public void Rate_ThirdOfASecond_ComparesExactly() => Read<Rate>("20/min").CompareTo(Read<Rate>("1200/h")).ShouldBe(0);

    [Theory]
    [InlineData("$46,000/month", 46000, "USD", MoneyPeriod.Month)]
    [InlineData("$10,000", 10000, "USD", MoneyPeriod.None)]
    [InlineData("€0.12/hour", 0.12, "EUR", MoneyPeriod.Hour)]
    [InlineData("KES 5,000/year", 5000, "KES", MoneyPeriod.Year)]
    public void Money_Text_IsRead(string text, double amount, string currency, MoneyPeriod per) =>
        Read<Money>(text).ShouldBe(new Money((decimal)amount, currency, per));

    [Fact]
    public void Percentage_FourNines_IsExact() => Read<Percentage>("99.99%").Fraction.ShouldBe(0.9999m);

    [Theory]
    [InlineData("500m", 500)]
    [InlineData("2", 2000)]
    [InlineData("0.25", 250)]
    public void CpuCores_Text_IsRead(string text, long millicores) => Read<CpuCores>(text).Millicores.ShouldBe(millicores);

    [Fact]
    public void Bandwidth_Text_IsRead() => Read<Bandwidth>("100Gbps").BitsPerSecond.ShouldBe(100_000_000_000);

    [Theory]
    [InlineData("10..15", 10, 15)]
    [InlineData("15 .. 500", 15, 500)]
    [InlineData("10..15K", 10, 15_000)]
    public void Range_Counts_AreRead(string text, long low, long high)
    {
        var range = Read<Range<Count>>(text);
        (range.Low.Value, range.High!.Value.Value).ShouldBe((low, high));
    }

    [Fact]
    public void Range_LowWithoutUnit_TakesThatOfHigh()
    {
        Read<Range<ByteSize>>("64..128GB").Low.Bytes.ShouldBe(64_000_000_000);
        Read<Range<ByteSize>>("40TB..200TB").High.ShouldBe(new ByteSize(200_000_000_000_000));
        Read<Range<Bandwidth>>("10..40Gbps").Low.BitsPerSecond.ShouldBe(10_000_000_000);
        Read<Range<Rate>>("10K..20K/s").Low.ShouldBe(Rate.FromPerSecond(10_000));
        Read<Range<Duration>>("3..6mo").Low.ShouldBe(Read<Duration>("3mo"));
        Read<Range<Money>>("$30..135/month").ShouldBe(new Range<Money>(new(30, "USD", MoneyPeriod.Month), new Money(135, "USD", MoneyPeriod.Month)));
        Read<Range<Money>>("$500..1,850/month").High!.Value.Amount.ShouldBe(1850);
    }

    [Fact]
    public void Range_WithPlus_HasNoEnd()
    {
        var range = Read<Range<Count>>("250+");
        (range.IsOpen, range.Contains(new(250)), range.Contains(new(1_000_000)), range.Contains(new(249))).ShouldBe((true, true, true, false));
        Read<Range<ByteSize>>("100PB+").ToString().ShouldBe("100PB+");
        Read<Range<Rate>>("10M/s+").IsOpen.ShouldBeTrue();
    }

    [Fact]
    public void Range_SingleValue_IsExact() => Read<Range<Count>>("5").ShouldSatisfyAllConditions(r => r.IsExact.ShouldBeTrue(), r => r.Contains(new(6)).ShouldBeFalse());

    [Fact]
    public void Condition_Threshold_IsRead()
    {
        var condition = Read<Condition>("latency p95 > 500ms");
        (condition.Subject, condition.Comparison).ShouldBe(("latency p95", Comparison.Above));
        condition.Threshold!.Duration.ShouldBe(new Duration(TimeSpan.FromMilliseconds(500)));
        Read<Condition>("cpu >= 60%").Threshold!.Percentage.ShouldBe(new Percentage(60));
        Read<Condition>("queue > 1000").Threshold!.Count.ShouldBe(new Count(1000));
        Read<Condition>("disk <= 10GB").ToString().ShouldBe("disk <= 10GB");
        Read<Condition>("a health check fails").Comparison.ShouldBeNull();
    }

    [Fact]
    public void Product_NameAndVersion_AreRead()
    {
        Read<Product>("kubernetes 1.28+").ShouldBe(new Product("kubernetes", new ProductVersion(1, 28, null, OrLater: true)));
        Read<Product>("node.js 20+").Name.ShouldBe("node.js");
        Read<Product>("kong").Version.ShouldBeNull();
        (Read<Product>("postgresql 15.4").Version > Read<Product>("postgresql 15").Version).ShouldBeTrue();
        (Read<Product>("kubernetes 1.9").Version < Read<Product>("kubernetes 1.25").Version).ShouldBeTrue();
    }

    [Fact]
    public void Cadence_AndRetention_KnowTheirEndlessWords()
    {
        Read<Cadence>("continuous").IsContinuous.ShouldBeTrue();
        Read<Cadence>("1h").Interval.ShouldBe(Duration.FromHours(1));
        Read<Retention>("forever").IsForever.ShouldBeTrue();
        Read<Retention>("90d").Period.ShouldBe(Duration.FromDays(90));
    }

    [Fact]
    public void Coordinates_Distance_IsThatOfTheGreatCircle()
    {
        // Nairobi to Johannesburg, 2,910 km by the geodesic of WGS 84
        var distance = Geo.KilometresBetween(Read<Coordinates>("-1.2921 36.8219"), Read<Coordinates>("-26.2041, 28.0473"));
        distance.ShouldBe(2910, 2910 * 0.006);
        Geo.KilometresBetween(new(0, 0), new(0, 180)).ShouldBe(Math.PI * 6371.0088, 0.001);
        Geo.KilometresBetween(new(51.5, -0.12), new(51.5, -0.12)).ShouldBe(0);
    }

    private static T Read<T>(string text) where T : IQuantity<T>
    {
        T.Parse(text, out var value).ShouldBeNull();
        return value;
    }
}
