using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>Looks at the fields of a form before its endpoint gets it.</summary>
internal static class FormBody
{
    /// <summary>The longest name of a field.</summary>
    public const int LongestName = 256;

    /// <summary>Reads the body, within the endpoint's limit, and leaves it to be read again.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, too slow, or not what its length says.</exception>
    public static async Task<RequestFlaw?> CheckAsync(HttpContext context, ParameterRules fields)
    {
        var body = await JsonBody.BufferAsync(context);
        return Check(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length), fields);
    }

    /// <summary>What is wrong with a form; null where nothing is.</summary>
    public static RequestFlaw? Check(string form, ParameterRules fields)
    {
        try
        {
            using var reader = new FormReader(form) { KeyLengthLimit = LongestName, ValueLengthLimit = form.Length, ValueCountLimit = RequestRules.MostParameters };
            var places = fields.Find(reader.ReadForm());
            return places.IsEmpty ? null : RequestFlaw.Shape([.. places.Select(static p => ("/" + p.Name, p.Detail))]);
        }
        catch (InvalidDataException)
        {
            return RequestFlaw.Query($"A form has at most {RequestRules.MostParameters} fields, with names of at most {LongestName} characters.");
        }
    }
}
