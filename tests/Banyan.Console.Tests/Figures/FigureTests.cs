using Banyan.Console.Figures;

namespace Banyan.Console.Tests.Figures;

public class FigureTests
{
    [Theory]
    [InlineData(null, "–")]
    [InlineData(0d, "0")]
    [InlineData(0.04, "0")]
    [InlineData(3.44, "3.4")]
    [InlineData(85.1, "85.1")]
    [InlineData(99.96, "100")]
    [InlineData(812.4, "812")]
    [InlineData(999.6, "1k")]
    [InlineData(12_340d, "12.3k")]
    [InlineData(5_600_000d, "5.6M")]
    public void Count_Value_IsShort(double? value, string text) => Figure.Count(value).ShouldBe(text);

    [Theory]
    [InlineData(null, "–")]
    [InlineData(0L, "0 B")]
    [InlineData(812L, "812 B")]
    [InlineData(78_400L, "78.4 kB")]
    [InlineData(38_400_000L, "38.4 MB")]
    [InlineData(2_000_000_000_000L, "2 TB")]
    public void Size_Bytes_HaveUnits(long? bytes, string text) => Figure.Size(bytes).ShouldBe(text);

    [Theory]
    [InlineData(-3, "0 s")]
    [InlineData(0, "0 s")]
    [InlineData(42, "42 s")]
    [InlineData(61, "1 min")]
    [InlineData(3600, "1 h")]
    [InlineData(11_520, "3 h 12 min")]
    [InlineData(86_400, "1 d")]
    [InlineData(187_200, "2 d 4 h")]
    public void Duration_Seconds_AreWords(int seconds, string text) => Figure.Duration(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    [Theory]
    [InlineData(-5, "just now")]
    [InlineData(9, "just now")]
    [InlineData(29, "20 s ago")]
    [InlineData(61, "1 min ago")]
    public void Ago_Seconds_MoveInSteps(int seconds, string text) => Figure.Ago(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds)).ShouldBe(text);

    [Fact]
    public void Place_Coordinates_HaveHemispheres() => Figure.Place(-1.2864, 36.8172).ShouldBe("1.29° S, 36.82° E");
}
