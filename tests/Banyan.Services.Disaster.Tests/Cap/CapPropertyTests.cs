using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Services.Disaster.Cap;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Services.Disaster.Tests.Cap;

public class CapPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Elements("a", "Flood & fire", "<b>bold</b>", "tab\tand\nline", "carriage\rreturn", "  spaced  ", "]]>", "ünïcödé 雨 🌊", "\"quotes\" 'both'"),
        ArbMap.Default.GeneratorFor<NonEmptyString>().Select(static s => "x" + new string([.. s.Get.Where(static c => c is >= ' ' and < '\uD800')])));

    private static readonly Gen<string?> Optional = Gen.OneOf(Gen.Constant<string?>(null), Text.Select(static s => (string?)s));

    private static readonly Gen<string> Name = Gen.Elements("a", "met.example", "urn:oid:2.49.0.1.404", "tag:x/y?z=1", "雨@met");

    private static Gen<CapDecimal> Decimal(int range) =>
        from whole in Gen.Choose(-range, range)
        from fraction in Gen.Elements("", ".", ".0", ".5000", ".12345678901234567890123456789")
        let text = (Math.Abs(whole) == range ? whole.ToString(CultureInfo.InvariantCulture) : whole.ToString(CultureInfo.InvariantCulture) + fraction)
        select Parse(text);

    private static readonly Gen<CapPoint> Point = from latitude in Decimal(90) from longitude in Decimal(180) select new CapPoint(latitude, longitude);

    private static readonly Gen<CapTime> Time =
        from minutes in Gen.Choose(0, 60 * 24 * 365)
        from zone in Gen.Elements("-00:00", "+00:00", "+03:00", "-11:30", "+14:00")
        let text = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + zone
        select CapTime.TryParse(text, out var time) ? time : throw new InvalidOperationException(text);

    private static readonly Gen<CapValue> Value = from name in Text from value in Text select new CapValue(name, value);

    private static readonly Gen<CapArea> Area =
        from description in Text
        from corners in Many(Point, 3, 6)
        from polygons in Gen.Choose(0, 2)
        from circles in Many(from center in Point from radius in Decimal(500) select new CapCircle(center, Parse(radius.Text.TrimStart('-'))), 0, 2)
        from geocodes in Many(Value, 0, 2)
        from altitude in Decimal(20_000)
        from has in Gen.Choose(0, 2)
        select new CapArea
        {
            Description = description,
            Polygons = [.. Enumerable.Repeat(new CapPolygon([.. corners, corners[0]]), polygons)],
            Circles = circles,
            Geocodes = geocodes,
            Altitude = has > 0 ? altitude : null,
            Ceiling = has > 1 ? altitude : null,
        };

    private static readonly Gen<CapResource> Resource =
        from description in Text
        from size in Gen.Elements(null, "0", "123456789012345678901234567890")
        from uri in Optional
        from content in Optional
        select new CapResource { Description = description, MimeType = "image/png", Size = size, Uri = uri, DerefUri = content };

    private static readonly Gen<CapInfo> Info =
        from categories in Many(Gen.Elements(Enum.GetValues<CapCategory>()), 1, 3)
        from responses in Many(Gen.Elements(Enum.GetValues<CapResponseType>()), 0, 3)
        from urgency in Gen.Elements(Enum.GetValues<CapUrgency>())
        from severity in Gen.Elements(Enum.GetValues<CapSeverity>())
        from certainty in Gen.Elements(Enum.GetValues<CapCertainty>())
        from name in Text
        from texts in Many(Optional.Select(static t => t ?? ""), 8, 8)
        from onset in Time
        from values in Many(Value, 0, 2)
        from resources in Many(Resource, 0, 2)
        from areas in Many(Area, 0, 3)
        select new CapInfo
        {
            Language = "sw-KE",
            Categories = categories,
            Event = name,
            ResponseTypes = responses,
            Urgency = urgency,
            Severity = severity,
            Certainty = certainty,
            Audience = texts[0],
            EventCodes = values,
            Onset = onset,
            SenderName = texts[1],
            Headline = texts[2],
            Description = texts[3],
            Instruction = texts[4],
            Web = texts[5],
            Contact = texts[6],
            Parameters = values,
            Resources = resources,
            Areas = areas,
        };

    internal static readonly Gen<CapAlert> Alert =
        from identifier in Name
        from sender in Name
        from sent in Time
        from status in Gen.Elements(Enum.GetValues<CapStatus>())
        from type in Gen.Elements(Enum.GetValues<CapMessageType>())
        from scope in Gen.Elements(Enum.GetValues<CapScope>())
        from source in Optional
        from note in Optional
        from codes in Many(Text, 0, 2)
        from references in Many(from s in Name from i in Name from t in Time select new CapReference(s, i + ".earlier", t), 1, 3)
        from infos in Many(Info, 0, 2)
        select new CapAlert
        {
            Identifier = identifier,
            Sender = sender,
            Sent = sent,
            Status = status,
            MessageType = type,
            Source = source,
            Scope = scope,
            Restriction = "staff only",
            Addresses = "one \"two three\"",
            Codes = codes,
            Note = note,
            References = references,
            Incidents = "\"Cyclone Ana\" second",
            Infos = infos,
            Extensions = ["<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"s\"><x:v xmlns:x=\"urn:x\" a=\"&lt;\" /></Signature>"],
        };

    [Fact]
    public void WriteThenRead_AnyAlert_IsTheSame() =>
        Prop.ForAll(Alert.ToArbitrary(), alert =>
        {
            var reading = CapReader.Read(CapWriter.Write(alert));
            reading.Errors.ShouldBeEmpty();
            Describe.All(reading.Alert).ShouldBe(Describe.All(alert));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void ToJson_AnyDecimal_IsANumberOfTheSameValue() =>
        Prop.ForAll(Decimal(1000).SelectMany(d => Gen.Elements("", "+", "-", "00").Select(prefix => prefix + d.Text.TrimStart('-'))).ToArbitrary(), text =>
        {
            var number = Parse(text);
            using var json = JsonDocument.Parse(number.ToJson());
            json.RootElement.ValueKind.ShouldBe(JsonValueKind.Number);
            json.RootElement.GetDouble().ShouldBe(number.Value);
            number.ToJson().Count(char.IsAsciiDigit).ShouldBeGreaterThanOrEqualTo(text.TrimStart('+', '-').TrimStart('0').Count(char.IsAsciiDigit));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-")]
    [InlineData("1e5")]
    [InlineData("1,5")]
    [InlineData("--1")]
    [InlineData("1.2.3")]
    [InlineData("٣")]
    [InlineData("NaN")]
    [InlineData("11111111111111111111111111111111111111111111111111111111111111111")]
    public void TryParse_NotADecimal_IsFalse(string text) => CapDecimal.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2026-12-31T24:00:00-00:00", "2027-01-01T00:00:00Z")]
    [InlineData("2024-02-29T12:00:00+14:00", "2024-02-28T22:00:00Z")]
    [InlineData("2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00Z")]
    public void TryParse_CapTime_IsTheInstant(string text, string instant)
    {
        CapTime.TryParse(text, out var time).ShouldBeTrue();
        time.Instant.ShouldBe(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture));
        time.Text.ShouldBe(text);
    }

    [Theory]
    [InlineData("2026-01-01T24:00:01-00:00")]
    [InlineData("2026-01-01T00:00:60-00:00")]
    [InlineData("2026-01-01T00:00:00+14:01")]
    [InlineData("2026-01-01T00:00:00,03:00")]
    [InlineData("0000-01-01T00:00:00-00:00")]
    [InlineData("2026-13-01T00:00:00-00:00")]
    [InlineData("٢٠٢٦-01-01T00:00:00-00:00")]
    public void TryParse_NotACapTime_IsFalse(string text) => CapTime.TryParse(text, out _).ShouldBeFalse();

    /// <summary>Bytes of real messages, cut, doubled, swapped and overwritten: always an answer, never an exception.</summary>
    [Fact]
    public void Read_MutatedBytes_NeverThrows()
    {
        var seeds = new List<byte[]> { Encoding.UTF8.GetBytes(Samples.Flood) };
        if (Testing.SharedVectors.Find("cap/testdata") is { } folder)
            seeds.AddRange(Directory.GetFiles(folder, "*.cap").Order().Select(File.ReadAllBytes));
        byte[][] pieces = [.. new[] { "<", ">", "&", "&#x0;", "]]>", "<![CDATA[", "<!--", "<?", "<!DOCTYPE a [<!ENTITY a \"a\">]>", "&a;", "\0", "\uFEFF", "xmlns:p=\"", "p:", "<polygon>", "</area>", "encoding=\"utf-16\"", "-", ",", " ", "9999999999" }.Select(Encoding.UTF8.GetBytes), [0xFF, 0xFE], [0xC0], [0xED, 0xA0, 0x80]];
        var random = new System.Random(20260301);
        for (var round = 0; round < 4000; round++)
        {
            var bytes = seeds[random.Next(seeds.Count)].ToList();
            for (var edits = random.Next(1, 6); edits > 0 && bytes.Count > 1; edits--)
            {
                var at = random.Next(bytes.Count);
                var length = Math.Min(random.Next(1, 60), bytes.Count - at);
                switch (random.Next(5))
                {
                    case 0:
                        bytes.RemoveRange(at, length);
                        break;
                    case 1:
                        bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                        break;
                    case 2:
                        bytes.InsertRange(at, pieces[random.Next(pieces.Length)]);
                        break;
                    case 3:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    default:
                        bytes.RemoveRange(at, bytes.Count - at);
                        break;
                }
            }

            var reading = CapReader.Read(bytes.ToArray());
            (reading.Alert is null).ShouldBe(reading.Errors.Any());
        }
    }

    private static CapDecimal Parse(string text) => CapDecimal.TryParse(text, out var number) ? number : throw new InvalidOperationException(text);

    private static Gen<ImmutableArray<T>> Many<T>(Gen<T> item, int min, int max) =>
        Gen.Choose(min, max).SelectMany(n => Gen.ArrayOf(item, n)).Select(static items => items.ToImmutableArray());
}
