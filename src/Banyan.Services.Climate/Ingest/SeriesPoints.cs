using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Ingest;

/// <summary>The points that one text has for one series. Not thread-safe; its batch owns it.</summary>
internal sealed class SeriesPoints(Series series, byte[] written) : IDisposable
{
    private readonly List<WrittenField> _fields = [];

    /// <summary>The series.</summary>
    public Series Series { get; } = series;

    /// <summary>Its measurement and tags as the client wrote them the first time.</summary>
    public byte[] Written { get; } = written;

    /// <summary>The points.</summary>
    public PointBuffer Points { get; } = new();

    /// <summary>The series that followed this one the last time: most clients keep to an order.</summary>
    public SeriesPoints? Next { get; set; }

    /// <summary>The field that came at this place of the line the last time; null where there is none.</summary>
    public WrittenField? FieldAt(int place) => (uint)place < (uint)_fields.Count ? _fields[place] : null;

    /// <summary>The column of a field; made where it is new.</summary>
    public WrittenField Add(Field field, ReadOnlySpan<byte> written)
    {
        var column = Points.Find(field.Number) ?? Points.Add(field.Number, field.Kind);
        foreach (var known in _fields)
        {
            if (known.Column == column)
                return known;
        }

        var added = new WrittenField([.. written, (byte)'='], field.Kind, column, _fields.Count);
        _fields.Add(added);
        return added;
    }

    /// <inheritdoc/>
    public void Dispose() => Points.Dispose();
}

/// <summary>A field as a client writes it.</summary>
/// <param name="KeyAndEquals">Its key as written, and the equals sign.</param>
/// <param name="Kind">The type of its values.</param>
/// <param name="Column">Where they go.</param>
/// <param name="Place">Its place among the fields of the series.</param>
internal sealed record WrittenField(byte[] KeyAndEquals, FieldKind Kind, Column Column, int Place);
