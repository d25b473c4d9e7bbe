using System.Globalization;
using System.Text;
using Banyan.Services.Identity.Pages;
using QRCoder;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>A text as a QR code, drawn as one path of SVG: nothing is loaded, nothing runs, and no style of its own. Pure.</summary>
internal static class QrPicture
{
    /// <summary>The picture, black on white with its quiet zone, whatever colours the page has.</summary>
    public static Html Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix;
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                var from = x;
                while (x < rows[y].Count && rows[y][x])
                    x++;
                if (x > from)
                    path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}v1h-{x - from}z");
            }
        }

        var size = rows.Count.ToString(CultureInfo.InvariantCulture);
        return Html.Of($"<svg class=\"qr\" role=\"img\" aria-label=\"QR code for your authenticator\" viewBox=\"0 0 {size} {size}\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}h-{size}z\"/><path fill=\"#000\" d=\"{path.ToString()}\"/></svg>");
    }
}
