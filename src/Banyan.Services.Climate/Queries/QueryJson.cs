using System.Text.Json;
using Banyan.Services.Climate.LineProtocol;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Climate.Queries;

/// <summary>Writes answers as JSON, piece by piece: a long one is never held in memory.</summary>
internal static class QueryJson
{
    private const int FlushAt = 32 << 10;

    /// <summary>Begins an answer.</summary>
    public static Utf8JsonWriter Begin(HttpResponse response)
    {
        response.ContentType = "application/json";
        return new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { SkipValidation = true });
    }

    /// <summary>Sends what was written where it is enough to be worth it.</summary>
    public static async ValueTask BreatheAsync(this Utf8JsonWriter json, HttpResponse response, CancellationToken cancellationToken)
    {
        if (json.BytesPending + response.BodyWriter.UnflushedBytes < FlushAt)
            return;
        await json.FlushAsync(cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    /// <summary>Writes a value that is no string.</summary>
    public static void Value(this Utf8JsonWriter json, FieldKind kind, long bits)
    {
        switch (kind)
        {
            case FieldKind.Float:
                json.Number(BitConverter.Int64BitsToDouble(bits));
                break;
            case FieldKind.Unsigned:
                json.WriteNumberValue(unchecked((ulong)bits));
                break;
            case FieldKind.Boolean:
                json.WriteBooleanValue(bits != 0);
                break;
            default:
                json.WriteNumberValue(bits);
                break;
        }
    }

    /// <summary>Writes a double; what JSON has no number for becomes null.</summary>
    public static void Number(this Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }

    /// <summary>Writes what names a series.</summary>
    public static void Series(this Utf8JsonWriter json, FoundSeries series)
    {
        json.WriteNumber("id"u8, series.Id);
        json.WriteString("bucket"u8, series.Bucket);
        json.WriteString("measurement"u8, series.Measurement);
        json.WritePropertyName("tags"u8);
        json.WriteRawValue(series.Tags, skipInputValidation: true);
    }
}
