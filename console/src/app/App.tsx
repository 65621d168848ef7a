/** The console from the outside in: language, data, theme, messages, session, frame, pages. */
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { Redirect, Route, Router, Switch, useLocation } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { ApiError } from "../api/client";
import { LanguageProvider, useWords } from "../i18n/language";
import { Notice, Skeleton } from "../parts/Notice";
import { ToastProvider } from "../parts/toast";
import { Live } from "../pages/live/Live";
import { Crash } from "./Crash";
import { Frame } from "./Frame";
import { SessionProvider } from "./session";

const Members = lazy(() => import("../pages/members/Members"));
const Member = lazy(() => import("../pages/members/Member"));
const Why = lazy(() => import("../pages/members/why/Why"));
const Review = lazy(() => import("../pages/review/Review"));
const Linking = lazy(() => import("../pages/linking/Linking"));
const Run = lazy(() => import("../pages/linking/Run"));
const Policy = lazy(() => import("../pages/policy/Policy"));
const Sales = lazy(() => import("../pages/sales/Sales"));
const Campaigns = lazy(() => import("../pages/campaigns/Campaigns"));
const Campaign = lazy(() => import("../pages/campaigns/Campaign"));
const Scenes = lazy(() => import("../pages/scenes/Scenes"));
const Privacy = lazy(() => import("../pages/privacy/Privacy"));
const Goods = lazy(() => import("../pages/goods/Goods"));
const Sku = lazy(() => import("../pages/goods/Sku"));
const Stock = lazy(() => import("../pages/stock/Stock"));
const Orders = lazy(() => import("../pages/orders/Orders"));
const Order = lazy(() => import("../pages/orders/Order"));
const Touchpoints = lazy(() => import("../pages/touchpoints/Touchpoints"));
const Codes = lazy(() => import("../pages/codes/Codes"));
const Screens = lazy(() => import("../pages/screens/Screens"));
const Venues = lazy(() => import("../pages/venues/Venues"));
const Venue = lazy(() => import("../pages/venues/Venue"));
const Part = lazy(() => import("../pages/venues/Part"));
const Draw = lazy(() => import("../pages/venues/Draw"));
const AddTouchpoint = lazy(() => import("../pages/touchpoints/Add"));
const Quarantine = lazy(() => import("../pages/quarantine/Quarantine"));

const data = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      // A session that ended anywhere shows the sign-in page at once.
      if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== "me") {
        void data.invalidateQueries({ queryKey: ["me"] });
      }
    },
  }),
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: 600,
    },
  },
});

/** A change of language asks the platform anew: it sends titles in the reader's language. */
function Speaking() {
  const { language } = useWords();
  const before = useRef(language);
  useEffect(() => {
    if (before.current === language) return;
    before.current = language;
    void data.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "me" });
  }, [language]);
  return null;
}

function NotFound() {
  const { t } = useWords();
  return <Notice title={t("app.notfound")} text={t("app.notfound.hint")} />;
}

function Pages() {
  const [path] = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0); // newer browsers return a promise here: it must not become the clean-up
  }, [path]);
  return (
    <Crash key={path}>
      <Suspense fallback={<Skeleton lines={8} />}>
        <Switch>
          <Route path="/">
            <Redirect to="/live" replace />
          </Route>
          <Route path="/live" component={Live} />
          <Route path="/members" component={Members} />
          <Route path="/members/:id" component={Member} />
          <Route path="/members/:id/why" component={Why} />
          <Route path="/review" component={Review} />
          <Route path="/linking" component={Linking} />
          <Route path="/linking/:id" component={Run} />
          <Route path="/policy" component={Policy} />
          <Route path="/sales" component={Sales} />
          <Route path="/campaigns" component={Campaigns} />
          <Route path="/campaigns/:code" component={Campaign} />
          <Route path="/scenes" component={Scenes} />
          <Route path="/goods" component={Goods} />
          <Route path="/goods/:sku" component={Sku} />
          <Route path="/stock" component={Stock} />
          <Route path="/touchpoints" component={Touchpoints} />
          <Route path="/touchpoints/new" component={AddTouchpoint} />
          <Route path="/codes" component={Codes} />
          <Route path="/screens" component={Screens} />
          <Route path="/orders" component={Orders} />
          <Route path="/orders/:key" component={Order} />
          <Route path="/venues" component={Venues} />
          <Route path="/chain" component={Part} />
          <Route path="/venues/:code" component={Venue} />
          <Route path="/venues/:code/draw" component={Draw} />
          <Route path="/quarantine" component={Quarantine} />
          <Route path="/quarantine/from/:source" component={Quarantine} />
          <Route path="/privacy" component={Privacy} />
          <Route component={NotFound} />
        </Switch>
      </Suspense>
    </Crash>
  );
}

export function App() {
  return (
    <LanguageProvider>
      <Crash>
        <QueryClientProvider client={data}>
          <Speaking />
          <ToastProvider>
            <Router hook={useHashLocation}>
              <SessionProvider>
                <Frame>
                  <Pages />
                </Frame>
              </SessionProvider>
            </Router>
          </ToastProvider>
        </QueryClientProvider>
      </Crash>
    </LanguageProvider>
  );
}
