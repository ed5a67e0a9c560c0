using System.Text;
using System.Text.Json;

namespace Delivery.Models.Settings;

/// <summary>JSON as people write it in settings: a number may end in its point, as in <c>20.</c>, which strict JSON refuses.</summary>
public static class SettingJson
{
    /// <summary>Reads one JSON value; the caller disposes the document.</summary>
    /// <exception cref="JsonException">It is no JSON; the message says where.</exception>
    public static JsonDocument Parse(string text)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(Mend(text));
            CheckTexts(document.RootElement);
            return document;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException) // half a character, as such or escaped
        {
            document?.Dispose();
            throw new JsonException(e.Message, e);
        }
    }

    /// <summary>The parser takes <c>"\ud800"</c>, and fails only when somebody asks for the text.</summary>
    private static void CheckTexts(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) _ = value.GetString();
        if (value.ValueKind == JsonValueKind.Array) foreach (var item in value.EnumerateArray()) CheckTexts(item);
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var property in value.EnumerateObject())
        {
            _ = property.Name;
            CheckTexts(property.Value);
        }
    }

    /// <summary>Puts a 0 after each point of a number that no digit follows; texts in quotes stay as they are.</summary>
    private static string Mend(string text)
    {
        StringBuilder? mended = null;
        var copied = 0;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (!quoted && text[i] == '.' && i > 0 && char.IsAsciiDigit(text[i - 1]) && !(i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                mended ??= new StringBuilder(text.Length + 8);
                mended.Append(text, copied, i + 1 - copied).Append('0');
                copied = i + 1;
            }
        }
        return mended is null ? text : mended.Append(text, copied, text.Length - copied).ToString();
    }
}
