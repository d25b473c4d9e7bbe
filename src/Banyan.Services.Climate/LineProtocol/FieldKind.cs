namespace Banyan.Services.Climate.LineProtocol;

/// <summary>The type of a field's values. The numbers are stored in blocks and tables: they never change.</summary>
internal enum FieldKind : byte
{
    /// <summary>IEEE 754 double.</summary>
    Float = 0,

    /// <summary>Signed 64 bits, suffix <c>i</c>.</summary>
    Integer = 1,

    /// <summary>Unsigned 64 bits, suffix <c>u</c>.</summary>
    Unsigned = 2,

    /// <summary><c>t</c>, <c>true</c>, <c>f</c>, <c>false</c> …</summary>
    Boolean = 3,

    /// <summary>UTF-8 text in double quotes.</summary>
    String = 4,
}

/// <summary>Names of field kinds, as InfluxDB says them.</summary>
internal static class FieldKinds
{
    /// <summary><c>float</c>, <c>integer</c>, <c>unsigned</c>, <c>boolean</c>, <c>string</c>.</summary>
    public static string Name(this FieldKind kind) => kind switch
    {
        FieldKind.Float => "float",
        FieldKind.Integer => "integer",
        FieldKind.Unsigned => "unsigned",
        FieldKind.Boolean => "boolean",
        _ => "string",
    };

    /// <summary>Whether sums and means make sense.</summary>
    public static bool IsNumeric(this FieldKind kind) => kind <= FieldKind.Unsigned;
}
