namespace Delivery.SearchProcess.Pages;

/// <summary>Addresses that are only read.</summary>
internal static class ReadRoutes
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Answers GET, and HEAD with the same head: RFC 9110, section 9.3.2. The server leaves the body of the answer to HEAD out by itself.</summary>
    public static void MapRead(this WebApplication site, string pattern, Delegate handler) => site.MapMethods(pattern, Methods, handler);
}
