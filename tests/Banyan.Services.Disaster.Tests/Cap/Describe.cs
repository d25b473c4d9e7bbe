using System.Collections;
using System.Globalization;
using System.Text;

namespace Banyan.Services.Disaster.Tests.Cap;

/// <summary>A value with all that it holds, as text: records with arrays compare by reference, texts by content.</summary>
internal static class Describe
{
    public static string All(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, "");
        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value, string path)
    {
        switch (value)
        {
            case null or string or Enum or IFormattable:
                text.Append(CultureInfo.InvariantCulture, $"{path} = {(value is null ? "null" : $"'{value}'")}\n");
                break;
            case IEnumerable items:
                var i = 0;
                foreach (var item in items)
                    Write(text, item, $"{path}[{i++}]");
                break;
            default:
                foreach (var property in value.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0))
                    Write(text, property.GetValue(value), $"{path}/{property.Name}");
                break;
        }
    }
}
