using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Ingest;

/// <summary>
/// Reads line protocol into columns by series. Not thread-safe. A line costs a comparison of bytes for its series and for
/// each field where it looks as the one before it did, and a look-up where it does not.
/// </summary>
/// <param name="space">Where the readings belong.</param>
/// <param name="options">Limits.</param>
/// <param name="precision">The unit of timestamps.</param>
/// <param name="now">The time of lines without one, and what retention counts from.</param>
/// <param name="lastPass">Whether the catalog was asked already, so that what it does not know is over a limit.</param>
internal sealed class LineIngest(Namespace space, ClimateOptions options, Precision precision, long now, bool lastPass)
{
    private readonly long _default = precision.Truncate(now);
    private readonly long _earliest = space.Retention == 0 ? Instants.Min : Math.Max(Instants.Min, now - space.Retention);
    private readonly long _latest = Math.Min(Instants.Max, now + Math.Min(options.Ahead.Ticks, Instants.Week * 1000 / 100) * 100);
    private readonly List<(byte[] Key, byte[] Value)> _tags = [];
    private readonly List<(string Name, FieldKind Kind)> _unknownFields = [];
    private SeriesPoints? _last;
    private byte[]? _series;
    private int _unknownAt;

    /// <summary>Reads a text, or as much of it as is whole lines.</summary>
    /// <param name="text">The text; where it is not final, to be given again from where this ended.</param>
    /// <param name="final">Whether nothing follows.</param>
    /// <param name="line">The number of the first line; afterwards that of the next one.</param>
    /// <param name="offset">Where this text begins in all of it, for errors.</param>
    /// <param name="batch">Where points and refusals go.</param>
    /// <returns>How many bytes were read.</returns>
    public int Read(ReadOnlySpan<byte> text, bool final, ref int line, int offset, WriteBatch batch)
    {
        var reader = new LineReader(text, final, line);
        while (reader.MoveNext())
        {
            var outcome = ReadLine(ref reader, text, batch, out var values);
            var error = outcome == LineOutcome.Refused ? reader.Recover() : default;
            if (!reader.IsWhole)
            {
                if (outcome == LineOutcome.Taken)
                    _last!.Points.Undo();
                break;
            }

            if (outcome == LineOutcome.Refused)
            {
                batch.Refuse(error with { Start = error.Start + offset });
            }
            else if (outcome == LineOutcome.Taken)
            {
                batch.Lines++;
                batch.Values += values;
            }
            else
            {
                Note(batch);
            }
        }

        line = reader.ConsumedLine;
        return reader.Consumed;
    }

    private LineOutcome ReadLine(ref LineReader reader, ReadOnlySpan<byte> text, WriteBatch batch, out int values)
    {
        values = 0;
        _unknownFields.Clear();
        _series = null;
        if (!TryFindSeries(ref reader, text, batch, out var points))
            return LineOutcome.Refused;
        if (points is null)
            return TryReadUnknown(ref reader) ? LineOutcome.Unknown : LineOutcome.Refused;
        _last = points;
        var index = points.Points.Begin();
        var good = TryReadFields(ref reader, points, index, out values) && TryReadTime(ref reader, out var time) && points.Points.SetTime(time);
        if (good && _unknownFields.Count == 0)
            return LineOutcome.Taken;
        if (good && lastPass)
            good = reader.Fail(LineErrorKind.TooManyFieldsInMeasurement, _unknownAt);
        points.Points.Undo();
        _series = points.Series.Key;
        return good ? LineOutcome.Unknown : LineOutcome.Refused;
    }

    /// <summary>Notes what a good line named that is not known.</summary>
    private void Note(WriteBatch batch)
    {
        var series = _series!;
        if (!space.TryFind(series, out _))
            batch.Unknowns.Add(series);
        var known = space.TryFindMeasurement(SeriesKey.Measurement(series), out var measurement);
        foreach (var (name, kind) in _unknownFields)
        {
            if (!known || measurement!.Find(name) is null)
                batch.Unknowns.Add(SeriesKey.Measurement(series), name, kind);
        }
    }

    private bool TryFindSeries(ref LineReader reader, ReadOnlySpan<byte> text, WriteBatch batch, out SeriesPoints? points)
    {
        var rest = text[reader.Position..];
        points = _last?.Next;
        if (points is not null && rest.Length > points.Written.Length && rest[points.Written.Length] == ' ' && rest.StartsWith(points.Written))
        {
            reader.SeekFields(reader.Position + points.Written.Length);
            return true;
        }

        var end = EndOfSeries(rest);
        if (end > 0 && space.TryFindAlias(rest[..end], out var series))
        {
            reader.SeekFields(reader.Position + end);
        }
        else
        {
            var begin = reader.Position;
            if (!TryReadSeries(ref reader, out var key))
                return false;
            if (!space.TryFind(key, out series))
            {
                _series = key;
                points = null;
                return true;
            }

            if (end > 0)
                space.LearnAlias(text.Slice(begin, end), series);
        }

        points = batch.Get(series, rest[..Math.Max(end, 0)]);
        if (_last is not null)
            _last.Next = points;
        return true;
    }

    /// <summary>Where the first space is that no backslash stands before; -1 where the line has none.</summary>
    private static int EndOfSeries(ReadOnlySpan<byte> rest)
    {
        var at = 0;
        while (true)
        {
            var i = rest[at..].IndexOfAny((byte)' ', (byte)'\n');
            if (i < 0 || rest[at + i] == '\n')
                return -1;
            at += i;
            if (at == 0 || rest[at - 1] != '\\')
                return at;
            at++;
        }
    }

    private bool TryReadSeries(ref LineReader reader, out byte[] key)
    {
        key = [];
        var at = reader.Position;
        if (!reader.ReadMeasurement(out var measurement))
            return false;
        if (measurement.Raw.Length > options.MaxNameBytes)
            return reader.Fail(LineErrorKind.NameTooLong, at);
        _tags.Clear();
        while (reader.ReadTag(out var name, out var value))
        {
            if (_tags.Count == options.MaxTags)
                return reader.Fail(LineErrorKind.TooManyTags, reader.Position);
            if (name.Raw.Length > options.MaxNameBytes || value.Raw.Length > options.MaxNameBytes)
                return reader.Fail(LineErrorKind.NameTooLong, reader.Position);
            _tags.Add((name.ToArray(), value.ToArray()));
        }

        if (reader.Error != LineErrorKind.None)
            return false;
        key = SeriesKey.Create(measurement.ToArray(), _tags) ?? [];
        return key.Length > 0 || reader.Fail(LineErrorKind.DuplicateTagKey, at);
    }

    private bool TryReadFields(ref LineReader reader, SeriesPoints points, int index, out int values)
    {
        values = 0;
        var place = 0;
        var measurement = points.Series.Measurement;
        while (reader.HasField)
        {
            var field = points.FieldAt(place);
            var at = reader.Position;
            Token name = default;
            if (field is null || !reader.TryTakeFieldKey(field.KeyAndEquals))
            {
                if (!reader.ReadFieldKey(out name))
                    return false;
                if (name.Raw.Length > options.MaxNameBytes)
                    return reader.Fail(LineErrorKind.NameTooLong, at);
                field = Find(points, measurement, name);
            }

            if (!reader.ReadValue(out var kind, out var bits, out var text))
                return false;
            values++;
            if (reader.Position - reader.Start > options.MaxLineBytes)
                return reader.Fail(LineErrorKind.LineTooLong, reader.Start);
            if (field is null)
            {
                _unknownAt = at;
                _unknownFields.Add((name.ToString(), kind));
                continue;
            }

            if (field.Kind != kind)
                return reader.Fail(LineErrorKind.FieldTypeConflict, at);
            if (kind == FieldKind.String)
                field.Column.Set(index, text);
            else
                field.Column.Set(index, bits);
            place = field.Place + 1;
        }

        return reader.Error == LineErrorKind.None && (values > 0 || reader.Fail(LineErrorKind.MissingFields, reader.Position));
    }

    private static WrittenField? Find(SeriesPoints points, Measurement measurement, Token name)
    {
        if (!name.Escaped)
            return measurement.TryFind(name.Raw, out var plain) ? points.Add(plain, name.Raw) : null;
        return measurement.TryFind(name.ToArray(), out var field) ? points.Add(field, name.Raw) : null;
    }

    private bool TryReadTime(ref LineReader reader, out long time)
    {
        time = _default;
        var at = reader.Position;
        if (!reader.ReadTimestamp(out var units, out var present))
            return false;
        if (!present)
            return true;
        if (!precision.TryScale(units, out time) || time is < Instants.Min or > Instants.Max)
            return reader.Fail(LineErrorKind.TimestampOutOfRange, at);
        if (time < _earliest)
            return reader.Fail(LineErrorKind.BeyondRetention, at);
        return time <= _latest || reader.Fail(LineErrorKind.TooFarAhead, at);
    }

    /// <summary>Reads a line of a series that is not known, so that only a good one is learnt.</summary>
    private bool TryReadUnknown(ref LineReader reader)
    {
        while (reader.HasField)
        {
            var at = reader.Position;
            if (!reader.ReadFieldKey(out var name))
                return false;
            if (name.Raw.Length > options.MaxNameBytes)
                return reader.Fail(LineErrorKind.NameTooLong, at);
            var text = name.ToString();
            if (!reader.ReadValue(out var kind, out _, out _))
                return false;
            _unknownFields.Add((text, kind));
        }

        if (_unknownFields.Count == 0)
            return reader.Fail(LineErrorKind.MissingFields, reader.Position);
        return TryReadTime(ref reader, out _) && (!lastPass || reader.Fail(LineErrorKind.TooManySeries, reader.Start));
    }

    private enum LineOutcome
    {
        Taken,
        Refused,

        /// <summary>Good as far as one can tell, but it names what the catalog has yet to learn; it left no point.</summary>
        Unknown,
    }
}
