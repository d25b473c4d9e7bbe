using System.Text;
using System.Xml.Linq;
using Banyan.Services.Disaster.Cap;
using Banyan.Testing;

namespace Banyan.Services.Disaster.Tests.Cap;

/// <summary>Samples that others wrote (google/cap-library).</summary>
public class CapVectorTests
{
    [Theory]
    [InlineData("australia.cap")]
    [InlineData("canada.cap")]
    [InlineData("canada_signed.cap")]
    public void Read_RealAlert_IsAccepted(string file)
    {
        var reading = CapReader.Read(Bytes(file));

        reading.Errors.ShouldBeEmpty();
        reading.Alert!.Infos.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("earthquake.cap")]
    [InlineData("earthquake_signed.cap")]
    [InlineData("no_optional_fields.cap")]
    [InlineData("weather.cap")]
    public void Read_OlderVersion_IsNamed(string file) =>
        CapReader.Read(Bytes(file)).Problems.ShouldHaveSingleItem().Message.ShouldStartWith("CAP 1.1: only 1.2 is taken");

    [Fact]
    public void Read_InvalidSample_FindsTheMissingScope() =>
        CapReader.Read(Bytes("invalid.cap")).Errors.ShouldHaveSingleItem().Path.ShouldBe("alert/scope");

    [Fact]
    public void Read_UpdateWithEmptyReferences_IsRefused() =>
        CapReader.Read(Bytes("canada_errors.cap")).Errors.ShouldHaveSingleItem().Path.ShouldBe("alert/references");

    [Theory]
    [InlineData("weather_index.atom")]
    [InlineData("invalid.rss")]
    [InlineData("ny_index.rss")]
    public void Read_Feed_IsNotAnAlert(string file) => CapReader.Read(Bytes(file)).Errors.ShouldNotBeEmpty();

    [Fact]
    public void Read_AlertFromAFeed_KeepsItsSignatures()
    {
        using var stream = new MemoryStream(Bytes("canada_signed.atom"));
        XNamespace cap = CapAlert.Namespace;
        var alerts = XDocument.Load(stream, LoadOptions.PreserveWhitespace).Descendants(cap + "alert").ToList();

        alerts.ShouldNotBeEmpty();
        foreach (var alert in alerts)
            CapReader.Read(Encoding.UTF8.GetBytes(alert.ToString(SaveOptions.DisableFormatting))).Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Write_SignedAlert_KeepsBothSignaturesAndEveryValue()
    {
        var alert = CapReader.Read(Bytes("canada_signed.cap")).Alert!;
        alert.Extensions.Length.ShouldBe(2);
        alert.Extensions[0].ShouldContain("hPuiJLBRmTDHbDAUep+et49az5MzbS3tX9NYu9/eCVZxMqUW2Q7rCbJYoIihWFUWiGSJ6ilDmBZVIYC22O46zdNxRGfwvkCDWeNKY5gtnRrxTj0A1UF8St4eQRdxUONcfit9x7UCC");

        var again = CapReader.Read(CapWriter.Write(alert)).Alert!;

        Describe.All(again).ShouldBe(Describe.All(alert));
    }

    private static byte[] Bytes(string file)
    {
        var path = SharedVectors.Find($"cap/testdata/{file}");
        Assert.SkipWhen(path is null, $"the shared vectors are absent: cap/testdata/{file}");
        return File.ReadAllBytes(path!);
    }
}
