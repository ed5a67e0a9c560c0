namespace Delivery.SearchProcess;

/// <summary>What the command line says.</summary>
/// <param name="FastData">Folder that the models come from; need not exist yet.</param>
/// <param name="ApplyModels">File with the settings of the models.</param>
/// <param name="Catalogue">File with the products.</param>
/// <param name="Log">Folder for decisions and outcomes; made when it is not there.</param>
/// <param name="Url">Where to listen.</param>
/// <param name="Help">Only tell how to use it.</param>
internal sealed record Options(string FastData, string ApplyModels, string Catalogue, string Log, string Url, bool Help)
{
    public const string Usage = """
        A search front end that blends two wizards among its results, where models that are reloaded while it runs say.

        Usage: dotnet run --project samples/SearchProcess -c Release -- [--key value ...]

          --fast-data DIR      the folder that models are delivered into; default search-work/fast-data, may come later
          --apply-models FILE  which model decides where, and what is explored; followed while it runs;
                               default the apply-models.json of the sample
          --catalogue FILE     the products; default data/online-retail/catalogue.csv.gz of the sources
          --log DIR            gets events/ (randomised decisions) and outcomes.jsonl (shows and clicks);
                               default search-work/log
          --urls URL           where to listen, port 0 for any; default http://127.0.0.1:5080
          --help

        Ctrl-C ends it.
        """;

    /// <exception cref="ArgumentException">An argument or a file that it names is wrong; the message says which.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options("search-work/fast-data", Shipped("samples/SearchProcess/apply-models.json"), Shipped("data/online-retail/catalogue.csv.gz"),
            "search-work/log", "http://127.0.0.1:5080", Help: false);
        for (var i = 0; i < arguments.Length; i++)
        {
            var key = arguments[i];
            if (key is "--help" or "-h" or "-?") return options with { Help = true };
            if (key is not ("--fast-data" or "--apply-models" or "--catalogue" or "--log" or "--urls")) throw new ArgumentException($"'{key}' is not known; --help says what is.");
            if (++i == arguments.Length || arguments[i].Length == 0) throw new ArgumentException($"{key} has no value.");
            options = key switch
            {
                "--fast-data" => options with { FastData = arguments[i] },
                "--apply-models" => options with { ApplyModels = arguments[i] },
                "--catalogue" => options with { Catalogue = arguments[i] },
                "--log" => options with { Log = arguments[i] },
                _ => options with { Url = arguments[i] },
            };
        }
        if (!File.Exists(options.ApplyModels)) throw new ArgumentException($"--apply-models: there is no file '{options.ApplyModels}'.");
        if (!File.Exists(options.Catalogue)) throw new ArgumentException($"--catalogue: there is no file '{options.Catalogue}'.");
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp) throw new ArgumentException($"--urls is '{options.Url}'; expected one address such as http://127.0.0.1:5080.");
        return options;
    }

    /// <summary>A file of the sources around the running program; where there is none, its path from here.</summary>
    private static string Shipped(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, path);
            if (File.Exists(file)) return file;
        }
        return path;
    }
}
