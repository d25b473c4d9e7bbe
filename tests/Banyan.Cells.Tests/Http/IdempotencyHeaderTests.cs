using Banyan.Cells.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Tests.Http;

public class IdempotencyHeaderTests
{
    [Theory]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "8e03978e-40d5-43dd-bc93-6894a57f9324")] // the draft's own example
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("  \"k\"  ", "k")]
    [InlineData("\"two words, and \\\"quotes\\\" and \\\\\"", "two words, and \"quotes\" and \\")]
    [InlineData("\"k\";parameter=1", "k")]
    public void TryRead_WellFormed_Reads(string header, string expected)
    {
        IdempotencyHeader.TryRead(header, out var key).ShouldBeNull();
        key.ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("\"open")]
    [InlineData("\"k\" more")]
    [InlineData("\"bad \\n escape\"")]
    [InlineData("\"ends in \\")]
    [InlineData("bare words")]
    [InlineData("a,b")]
    [InlineData("a\"b")]
    [InlineData("\"t\u00fcr\"")]
    [InlineData("t\u00fcr")]
    [InlineData("\"tab\t\"")]
    public void TryRead_Malformed_SaysWhy(string header) => IdempotencyHeader.TryRead(header, out _).ShouldNotBeNullOrEmpty();

    [Fact]
    public void TryRead_LongestKey_IsTakenAndALongerOneIsNot()
    {
        IdempotencyHeader.TryRead(new string('k', 255), out var key).ShouldBeNull();
        key.Length.ShouldBe(255);
        IdempotencyHeader.TryRead(new string('k', 256), out _).ShouldBe("must have 1 to 255 characters");
        IdempotencyHeader.TryRead($"\"{new string('k', 256)}\"", out _).ShouldBe("must have 1 to 255 characters");
    }

    [Fact]
    public void TryRead_SentTwice_IsRefused() => IdempotencyHeader.TryRead(new StringValues(["a", "b"]), out _).ShouldBe("must be sent once");
}
