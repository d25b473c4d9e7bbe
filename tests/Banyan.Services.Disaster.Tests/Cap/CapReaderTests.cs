using System.Text;
using Banyan.Services.Disaster.Cap;

namespace Banyan.Services.Disaster.Tests.Cap;

public class CapReaderTests
{
    [Fact]
    public void Read_WholeMessage_KeepsEveryElement()
    {
        var reading = Samples.Read(Samples.Flood);

        reading.Problems.ShouldBeEmpty();
        var alert = reading.Alert!;
        alert.Identifier.ShouldBe("KE-2026-0001");
        alert.Sent.Instant.ShouldBe(new DateTimeOffset(2026, 3, 1, 7, 0, 0, TimeSpan.Zero));
        var info = alert.Infos.ShouldHaveSingleItem();
        info.Headline.ShouldBe("River <Nyando> over its banks & rising");
        info.Description.ShouldBe("Line one.\nLine two: ünïcödé, 雨.");
        info.Resources.ShouldHaveSingleItem().Size.ShouldBe("1024");
        var area = info.Areas.ShouldHaveSingleItem();
        area.Polygons[0].Points[2].Latitude.Text.ShouldBe("0.0500000000000000001");
        area.Circles[0].ToString().ShouldBe("-0.0917,34.7680 12.5");
        area.Geocodes.ShouldBe([new CapValue("ISO3166-2", "KE-17")]);
        area.Ceiling!.Value.Text.ShouldBe("3900.50");
    }

    [Theory]
    // 3.2.1
    [InlineData("<identifier>KE-2026-0001<", "<identifier>KE 2026<", "alert/identifier", "a space")]
    [InlineData("<identifier>KE-2026-0001<", "<identifier>KE,2026<", "alert/identifier", "','")]
    [InlineData("<sender>alerts@met.example<", "<sender>a&lt;b<", "alert/sender", "'<'")]
    [InlineData("<sender>alerts@met.example<", "<sender><", "alert/sender", "empty")]
    [InlineData("<sent>2026-03-01T10:00:00+03:00<", "<sent>2026-03-01T07:00:00Z<", "alert/sent", "-00:00")]
    [InlineData("<sent>2026-03-01T10:00:00+03:00<", "<sent>2026-02-29T10:00:00+03:00<", "alert/sent", "not a CAP time")]
    [InlineData("<sent>2026-03-01T10:00:00+03:00<", "<sent>2026-03-01T10:00:00.5+03:00<", "alert/sent", "to the second")]
    [InlineData("<status>Actual<", "<status>actual<", "alert/status", "exactly 'Actual'")]
    [InlineData("<msgType>Alert<", "<msgType>Warning<", "alert/msgType", "Use one of Alert, Update")]
    [InlineData("<msgType>Alert<", "<msgType>0<", "alert/msgType", "Use one of Alert, Update")]
    [InlineData("<msgType>Alert<", "<msgType>Update<", "alert/references", "'references' must name")]
    [InlineData("<msgType>Alert<", "<msgType>Cancel<", "alert/references", "'references' must name")]
    [InlineData("<msgType>Alert<", "<msgType>Ack<", "alert/references", "'references' must name")]
    [InlineData("<msgType>Alert<", "<msgType>Error<", "alert/references", "'references' must name")]
    [InlineData("<scope>Public<", "<scope>Restricted<", "alert/restriction", "'restriction' must say")]
    [InlineData("<scope>Public<", "<scope>Private<", "alert/addresses", "'addresses' must name")]
    [InlineData("<scope>Public</scope>", "<scope>Private</scope><addresses>\"one two</addresses>", "alert/addresses", "double quote")]
    [InlineData("<code>profile:test:1</code>", "<references>a,b</references>", "alert/references", "not a reference")]
    [InlineData("<code>profile:test:1</code>", "<references>a,b,2026-03-01T07:00:00Z</references>", "alert/references", "not a reference")]
    [InlineData("<code>profile:test:1</code>", "<references>alerts@met.example,KE-2026-0001,2026-03-01T07:00:00-00:00</references>", "alert/references", "refers to itself")]
    [InlineData("<scope>Public</scope>", "", "alert/scope", "'scope' is missing. Add it after 'msgType'")]
    [InlineData("<identifier>KE-2026-0001</identifier>", "", "alert/identifier", "as the first element")]
    [InlineData("<scope>Public</scope>", "<scope>Public</scope><scope>Public</scope>", "alert/scope[2]", "one 'scope' only")]
    [InlineData("<scope>Public</scope>", "<scope>Public</scope><source>late</source>", "alert/source", "must come before 'scope'")]
    [InlineData("<scope>Public</scope>", "<scope>Public</scope><Notes>x</Notes>", "alert/Notes", "Did you mean 'note'?")]
    [InlineData("<scope>Public</scope>", "<scope lang=\"en\">Public</scope>", "alert/scope", "no attribute 'lang'")]
    [InlineData("<scope>Public</scope>", "<scope>Public<b/></scope>", "alert/scope", "holds text only")]
    [InlineData("<scope>Public</scope>", "stray<scope>Public</scope>", "alert", "holds elements, not text")]
    [InlineData("</info>", "</info><x:extra xmlns:x=\"urn:x\"/>", "alert/extra", "only XML signatures")]
    [InlineData("<info>", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/><info>", "alert/info[1]", "out of order")]
    // 3.2.2
    [InlineData("<language>en-KE<", "<language>english please<", "alert/info[1]/language", "RFC 3066")]
    [InlineData("<category>Met</category>", "", "alert/info[1]/category", "missing")]
    [InlineData("<category>Met<", "<category>Weather<", "alert/info[1]/category", "Use one of Geo, Met")]
    [InlineData("<event>Flood<", "<event> <", "alert/info[1]/event", "empty")]
    [InlineData("<severity>Severe<", "<severity>High<", "alert/info[1]/severity", "Use one of")]
    [InlineData("<expires>2026-03-01T16:00:00+03:00<", "<expires>2026-03-01T07:00:00-00:00<", "alert/info[1]/expires", "not after it takes effect")]
    [InlineData("<info>", "<info><x:extra xmlns:x=\"urn:x\"/>", "alert/info[1]/extra", "Carry it as a parameter")]
    // 3.2.3
    [InlineData("<mimeType>image/png</mimeType>", "", "alert/info[1]/resource[1]/mimeType", "missing")]
    [InlineData("<size>1024<", "<size>1 kB<", "alert/info[1]/resource[1]/size", "whole number")]
    [InlineData("<size>1024<", "<size>-<", "alert/info[1]/resource[1]/size", "whole number")]
    // 3.2.4
    [InlineData(" 0.05,34.70 -0.20,34.70<", "<", "alert/info[1]/area[1]/polygon", "at least four")]
    [InlineData(" 0.05,34.70 -0.20,34.70<", " 0.05,34.70 -0.21,34.70<", "alert/info[1]/area[1]/polygon", "not closed")]
    [InlineData("-0.20,34.90 ", "-0.20, 34.90 ", "alert/info[1]/area[1]/polygon", "without a space")]
    [InlineData("-0.20,34.90 ", "134.90,-0.20 ", "alert/info[1]/area[1]/polygon", "swapped")]
    [InlineData("-0.20,34.90 ", "1e1,34.90 ", "alert/info[1]/area[1]/polygon", "decimal degrees")]
    [InlineData("34.7680 12.5<", "34.7680<", "alert/info[1]/area[1]/circle", "not a circle")]
    [InlineData("34.7680 12.5<", "34.7680 -1<", "alert/info[1]/area[1]/circle", "negative")]
    [InlineData("<value>KE-17</value>", "", "alert/info[1]/area[1]/geocode/value", "missing")]
    [InlineData("<altitude>3700</altitude>", "", "alert/info[1]/area[1]/ceiling", "without 'altitude'")]
    [InlineData("<altitude>3700<", "<altitude>high<", "alert/info[1]/area[1]/altitude", "decimal number")]
    public void Read_BrokenRule_NamesElementRuleAndRemedy(string old, string @new, string path, string message)
    {
        var reading = Samples.Read(Samples.With(old, @new));

        reading.Alert.ShouldBeNull();
        var problem = reading.Errors.ShouldHaveSingleItem();
        problem.Path.ShouldBe(path);
        problem.Message.ShouldContain(message);
        problem.Rule.ShouldStartWith("CAP 1.2 section 3.");
        problem.Line.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("10:00:00+03:00</sent>", "07:00:00+00:00</sent>", "alert/sent", "-00:00")]
    [InlineData("<status>Actual<", "<status>Exercise<", "alert/status", "name the exercise in 'note'")]
    [InlineData("<code>profile:test:1</code>", "<restriction>staff</restriction>", "alert/restriction", "no effect")]
    [InlineData("<uri>https://met.example/map.png</uri>", "<derefUri>AAAA</derefUri>", "alert/info[1]/resource[1]/derefUri", "one-way")]
    [InlineData("<ceiling>3900.50<", "<ceiling>1<", "alert/info[1]/area[1]/ceiling", "below")]
    [InlineData("</alert>", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/></alert>", "alert/Signature", "not verified")]
    public void Read_AgainstAdvice_WarnsAndAccepts(string old, string @new, string path, string message)
    {
        var reading = Samples.Read(Samples.With(old, @new));

        reading.Alert.ShouldNotBeNull();
        var problem = reading.Problems.ShouldHaveSingleItem();
        problem.IsError.ShouldBeFalse();
        problem.Path.ShouldBe(path);
        problem.Message.ShouldContain(message);
    }

    [Fact]
    public void Read_ManyProblems_ReportsAllInOrder()
    {
        var xml = Samples.With("<sent>2026-03-01T10:00:00+03:00<", "<sent>yesterday<")
            .Replace("<scope>Public</scope>", "", StringComparison.Ordinal)
            .Replace("<severity>Severe<", "<severity>severe<", StringComparison.Ordinal)
            .Replace("12.5", "far", StringComparison.Ordinal);

        Samples.Read(xml).Errors.Select(p => p.Path).ShouldBe(["alert/scope", "alert/sent", "alert/info[1]/severity", "alert/info[1]/area[1]/circle"]);
    }

    [Fact]
    public void Read_EmptyOptionalElements_CountAsAbsent()
    {
        var reading = Samples.Read(Samples.With("<code>profile:test:1</code>", "<restriction/><addresses/><note/><references/><incidents/>"));

        reading.Problems.ShouldBeEmpty();
        reading.Alert!.References.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("urn:oasis:names:tc:emergency:cap:1.1", "CAP 1.1: only 1.2 is taken")]
    [InlineData("http://www.incident.com/cap/1.0", "CAP 1.0: only 1.2 is taken")]
    [InlineData("http://www.w3.org/2005/Atom", "not a CAP alert")]
    public void Read_OtherNamespace_SaysWhichVersion(string ns, string message)
    {
        var problem = Samples.Read(Samples.With(CapAlert.Namespace, ns)).Problems.ShouldHaveSingleItem();

        problem.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("not xml")]
    [InlineData("<alert")]
    [InlineData("<!DOCTYPE alert [<!ENTITY a \"b\">]><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">&a;</alert>")]
    [InlineData("<!DOCTYPE alert SYSTEM \"file:///etc/passwd\"><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>")]
    [InlineData("<?xml version=\"1.0\" encoding=\"no-such\"?><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>")]
    [InlineData("<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/><alert/>")]
    public void Read_NotADocument_IsOneXmlProblem(string xml)
    {
        var reading = Samples.Read(xml);

        reading.Alert.ShouldBeNull();
        reading.Errors.Where(p => p.Rule == "XML 1.0").ShouldHaveSingleItem();
    }

    [Fact]
    public void Read_DeeplyNested_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("<info>", 5000));

        Samples.Read($"<alert xmlns=\"{CapAlert.Namespace}\">{deep}").Errors.ShouldContain(p => p.Message.Contains("nested deeper", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_TooLarge_IsRefused() =>
        CapReader.Read(new byte[CapReader.MaxBytes + 1]).Errors.ShouldHaveSingleItem().Rule.ShouldBe("limit");

    [Fact]
    public void Read_ThousandsOfProblems_ListsAHundredAndCountsTheRest()
    {
        var reading = Samples.Read(Samples.With("<code>profile:test:1</code>", string.Concat(Enumerable.Repeat("<nope/>", 5000))));

        reading.Problems.Length.ShouldBe(101);
        reading.Problems[^1].Message.ShouldContain("4900 more");
    }

    [Fact]
    public void Read_Latin1Declared_Decodes()
    {
        var xml = Samples.Flood.Replace("UTF-8", "ISO-8859-1", StringComparison.Ordinal).Replace(", 雨", "", StringComparison.Ordinal);

        CapReader.Read(Encoding.Latin1.GetBytes(xml)).Alert!.Infos[0].Description.ShouldBe("Line one.\nLine two: ünïcödé.");
    }
}
