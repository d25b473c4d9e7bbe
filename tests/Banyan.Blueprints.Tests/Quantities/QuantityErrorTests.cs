using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Tests.Quantities;

/// <summary>What people are told where they wrote something else.</summary>
public class QuantityErrorTests
{
    [Theory]
    [InlineData("15 minuts", "'15 minuts' is not a duration; write 15m")]
    [InlineData("15 minutes", "'15 minutes' is not a duration; write 15m")]
    [InlineData("15M", "'15M' is not a duration; write 15m")]
    [InlineData("15", "'15' has no unit; write a duration, for instance 15m (us, ms, s, m, h, d, w, mo, y)")]
    [InlineData("15GB", "'15GB' is not a duration: 'GB' is not one of its units; write for instance 15m (us, ms, s, m, h, d, w, mo, y)")]
    [InlineData("soon", "'soon' is not a duration; write for instance 15m")]
    [InlineData("-5m", "'-5m' is not a duration; write for instance 15m")]
    [InlineData("", "nothing is written where a duration belongs; write for instance 15m")]
    [InlineData("2000y", "'2000y' is too long for a duration; the most is 1000y")]
    [InlineData("1.5.5m", "'1.5.5m' is not a duration; write for instance 15m")]
    public void Duration_Wrong_SaysHow(string text, string expected) => ErrorOf<Duration>(text).ShouldBe(expected);

    [Theory]
    [InlineData("100", "'100' has no unit; write an amount of data, for instance 100GB (B, KB, MB, GB, TB, PB, EB; KiB, MiB, GiB, TiB, PiB)")]
    [InlineData("100gb", "'100gb' is not an amount of data; write 100GB")]
    [InlineData("3 terabytes", "'3 terabytes' is not an amount of data; write 3TB")]
    [InlineData("0.5B", "'0.5B' is not an amount of data: it is not a whole number of the smallest unit; write for instance 100GB")]
    [InlineData("20EB", "'20EB' is too large for an amount of data; the most is 1EB")]
    public void ByteSize_Wrong_SaysHow(string text, string expected) => ErrorOf<ByteSize>(text).ShouldBe(expected);

    [Theory]
    [InlineData("10M", "'10M' does not say per what; write 10M/s, or /min, /h, /d")]
    [InlineData("fast", "'fast' is not a rate; write for instance 10M/s")]
    [InlineData("10X/s", "'10X/s' is not a rate; write for instance 10M/s")]
    public void Rate_Wrong_SaysHow(string text, string expected) => ErrorOf<Rate>(text).ShouldBe(expected);

    [Theory]
    [InlineData("15..10", "'15..10' is a range whose end lies below its beginning; write 10..15")]
    [InlineData("10-15", "'10-15' is not a count; write a range as 10..15")]
    [InlineData("10..x", "'10..x' is not a count's range: 'x' is not a count; write for instance 500M")]
    [InlineData("2 billion", "'2 billion' is not a count; write 2G")]
    public void CountRange_Wrong_SaysHow(string text, string expected) => ErrorOf<Range<Count>>(text).ShouldBe(expected);

    [Theory]
    [InlineData("46,000/month", "'46,000/month' names no currency; write for instance $46,000/month or EUR 120/month")]
    [InlineData("$46,00", "'$46,00' is not a sum of money; write for instance $46,000/month")]
    [InlineData("$5/week", "'$5/week' is not a sum of money; write for instance $46,000/month")]
    public void Money_Wrong_SaysHow(string text, string expected) => ErrorOf<Money>(text).ShouldBe(expected);

    [Theory]
    [InlineData("136.8 120", "'136.8' is not a latitude; a latitude lies between -90 and 90")]
    [InlineData("136.8 -1.29", "'136.8' is not a latitude; latitude comes first; it lies between -90 and 90")]
    [InlineData("0 200", "'200' is not a longitude; a longitude lies between -180 and 180")]
    [InlineData("Nairobi", "'Nairobi' are not coordinates; write latitude and longitude, for instance -1.2921 36.8219")]
    public void Coordinates_Wrong_SaysHow(string text, string expected) => ErrorOf<Coordinates>(text).ShouldBe(expected);

    [Theory]
    [InlineData("daily", "'daily' is not an interval; write 1d")]
    [InlineData("real-time", "'real-time' is not an interval; write continuous")]
    [InlineData("0s", "'0s' is not an interval; write continuous for what never pauses")]
    public void Cadence_Wrong_SaysHow(string text, string expected) => ErrorOf<Cadence>(text).ShouldBe(expected);

    [Theory]
    [InlineData("PostgreSQL", "'PostgreSQL' is not a product; write its name in lower case with hyphens, such as postgresql")]
    [InlineData("postgresql x", "'x' is not a version; write for instance 15, 15.4 or 1.28+")]
    public void Product_Wrong_SaysHow(string text, string expected) => ErrorOf<Product>(text).ShouldBe(expected);

    [Theory]
    [InlineData("cpu > high", "'high' is not a value with its unit; write for instance 60%, 500ms or 10GB")]
    [InlineData("> 60%", "'> 60%' is not a condition; write what is measured and its threshold, for instance cpu > 60%")]
    public void Condition_Wrong_SaysHow(string text, string expected) => ErrorOf<Condition>(text).ShouldBe(expected);

    [Fact]
    public void Percentage_WithoutSign_SaysHow() => ErrorOf<Percentage>("70").ShouldBe("'70' has no unit; write a percentage, for instance 70% (%)");

    private static string ErrorOf<T>(string text) where T : IQuantity<T>
    {
        var error = T.Parse(text, out _);
        error.ShouldNotBeNull();
        return error.ToString();
    }
}
