using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>A request's head as bytes, as <see cref="RequestHead"/> makes it for the client library. Not thread-safe.</summary>
internal ref struct RequestBytes(byte[] buffer)
{
    private byte[] _buffer = buffer;
    private int _length;

    /// <summary>Writes it. What Kestrel has let in holds no CR, LF or NUL, and what is written between is ours.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="cell">Where it goes.</param>
    /// <param name="target">Path and query, as they go on the wire.</param>
    /// <param name="length">Of the body; null where there is none.</param>
    /// <param name="buffer">Written from its beginning; a larger one of the shared pool takes its place where it is too small.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(HttpContext context, CellAddress cell, string target, long? length, ref byte[] buffer)
    {
        var request = context.Request;
        var bytes = new RequestBytes(buffer);
        bytes.Add(request.Method);
        bytes.Add(" "u8);
        bytes.Add(target);
        bytes.Add(" HTTP/1.1\r\nHost: "u8);
        bytes.Add(cell.Authority);
        bytes.Add("\r\n"u8);
        var connection = request.Headers.Connection;
        foreach (var (name, values) in request.Headers)
        {
            if (!HopByHop.EndsHereInRequest(name) && !(connection.Count > 0 && HopByHop.Nominates(connection, name)))
                bytes.Add(name, values);
        }

        if (length is not null)
        {
            bytes.Add("Content-Length: "u8);
            bytes.Add(length.Value);
            bytes.Add("\r\n"u8);
        }

        bytes.Add("X-Forwarded-For: "u8);
        bytes.Add(context.Connection.RemoteIpAddress);
        bytes.Add("\r\nX-Forwarded-Proto: "u8);
        bytes.Add(request.Scheme);
        if (request.Host.Value is { Length: > 0 } host)
        {
            bytes.Add("\r\nX-Forwarded-Host: "u8);
            bytes.Add(host);
        }

        bytes.Add("\r\nVia: "u8);
        foreach (var via in request.Headers.Via)
        {
            bytes.Add(via);
            bytes.Add(", "u8);
        }

        bytes.Add(HttpProtocol.IsHttp11(request.Protocol) ? "1.1 "u8 : "1.0 "u8);
        bytes.Add(EntryHeaders.Pseudonym);
        bytes.Add("\r\n\r\n"u8);
        buffer = bytes._buffer;
        return bytes._length;
    }

    private void Add(string name, StringValues values)
    {
        Add(name);
        Add(": "u8);
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
                Add(string.Equals(name, "Cookie", StringComparison.OrdinalIgnoreCase) ? "; "u8 : ", "u8);
            Add(values[i]);
        }

        Add("\r\n"u8);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        Grow(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void Add(string? text)
    {
        if (text is null)
            return;
        Grow(text.Length);
        _length += Encoding.Latin1.GetBytes(text, _buffer.AsSpan(_length));
    }

    private void Add(long number)
    {
        Grow(20);
        number.TryFormat(_buffer.AsSpan(_length), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    private void Add(IPAddress? address)
    {
        if (address is null)
        {
            Add("unknown"u8);
            return;
        }

        Grow(64);
        (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryFormat(_buffer.AsSpan(_length), out var written);
        _length += written;
    }

    private void Grow(int by)
    {
        if (_length + by <= _buffer.Length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + by));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
