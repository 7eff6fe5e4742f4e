// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/topics.hpp"

#include <algorithm>
#include <array>

namespace agents::contracts {

namespace {

// One row per topic; the first 41 are the categories of CUAD, in its order.
constexpr std::array table = {
    topic{"Document Name", "the name of the document",
          "document name|title of the contract|what is this document called|what kind of agreement is this|type of "
          "contract|"
          "name of the agreement|what is the agreement called",
          "agreement contract title"},
    topic{"Parties", "the parties",
          "parties|contracting|companies party to|who signs|who are the parties|who signed the contract|between whom "
          "is the agreement made|counterparty|"
          "names of the companies involved|who is the agreement between|who entered into this agreement|signatories",
          "between parties by and among corporation company"},
    topic{"Agreement Date", "the date of the agreement",
          "agreement date|date of the contract|when was it signed|when was the agreement made|date of signature|"
          "when did the parties sign|what date is on the contract|dated|execution date",
          "dated as of made entered into day of"},
    topic{
        "Effective Date", "the effective date",
        "effective date|when does the agreement take effect|when does the contract start|commencement date|start date|"
        "from when is it in force|when does it become effective|begin|when does the term begin|go live",
        "effective date commencement commences"},
    topic{"Expiration Date", "the expiration of the initial term",
          "expiration date|end of the initial term|last day of the term|when does the contract expire|end date|how "
          "long is the initial term|duration of the agreement|"
          "when does the agreement end|how long does the contract last|term of the agreement|length of the term|until "
          "when|"
          "how many years does it run|expiry",
          "term continue until expire initial term years from the effective date"},
    topic{"Renewal Term", "renewal",
          "renewal term|options to extend for years|renews|does the contract renew "
          "automatically|auto-renewal|evergreen|extension of the term|"
          "can the agreement be extended|how long is each renewal period|option to renew|roll over|prolongation|"
          "what happens when the initial term ends|is it renewed",
          "renew automatically successive additional periods extend renewal term"},
    topic{"Notice Period To Terminate Renewal", "the notice period against renewal",
          "notice period to terminate renewal|notice of non-renewal|how much notice is needed to stop the renewal|"
          "how many days before the end must we say that we do not want to renew|opt out of automatic renewal|"
          "deadline for non-renewal notice|how do we prevent the contract from renewing|notice to stop auto-renewal|"
          "avoid automatic extension",
          "notice not to renew prior to expiration non-renewal days before end of term"},
    topic{"Governing Law", "governing law",
          "governing law|whose law|jurisdiction's law controls|law interprets|which law applies|what law governs the "
          "agreement|applicable law|choice of law|"
          "which state's law|which country's law|under the laws of|law of the contract|legal system",
          "governed by and construed in accordance with the laws of"},
    topic{"Most Favored Nation", "most favoured customer terms",
          "most favored nation|mfn|most favoured customer|best price guarantee|do we get the lowest price|"
          "if another customer gets better terms are we entitled to them|price no less favorable than others|price "
          "parity|"
          "better pricing offered to third parties|price match",
          "no less favorable lower price other customers most favored"},
    topic{"Competitive Restriction Exception", "exceptions to competitive restrictions",
          "competitive restriction exception|exceptions to the non-compete|carve-outs from exclusivity|"
          "what is excluded from the exclusivity|exceptions to the exclusivity|exempt from the non-compete|"
          "what may they still sell despite the restriction|carve-out|are there exceptions to the restriction on "
          "competition|"
          "permitted competing activities",
          "notwithstanding exclusivity nothing shall prevent restrict except shall not apply"},
    topic{"Non-Compete", "non-competition",
          "non-compete|rival business|run a competing business|barred from "
          "competing|noncompete|non-competition|covenant not to compete|is a party prohibited from competing|"
          "may they sell competing products|can the other side compete with us|restriction on competition|competing "
          "business|"
          "can the distributor handle competing goods|work for a competitor|develop rival products",
          "shall not compete competing products competitive business directly or indirectly engage"},
    topic{"Exclusivity", "exclusivity",
          "exclusivity|purchase all requirements|must we buy everything from the seller|exclusive dealing|is the "
          "arrangement exclusive|exclusive rights|sole supplier|exclusive distributor|"
          "must we buy only from them|buy all requirements from one party|can they appoint other distributors|"
          "sole and exclusive|exclusive territory|may we use other suppliers|single source|only provider",
          "exclusive sole exclusively requirements shall not appoint purchase only from"},
    topic{"No-Solicit Of Customers", "non-solicitation of customers",
          "no-solicit of customers|non-solicitation of customers|may they approach our customers|poach clients|"
          "solicit customers|contact our clients|steal our customers|customer non-solicit|divert customers|"
          "restriction on doing business with the other party's customers|go after our customers",
          "shall not solicit customers clients divert accounts"},
    topic{"No-Solicit Of Employees", "non-solicitation of employees",
          "no-solicit of employees|non-solicitation of employees|no-hire|can they hire our employees|poach staff|"
          "recruit our people|hire away personnel|solicit employees|no poaching of workers|employ the other party's "
          "staff|"
          "offer jobs to our engineers",
          "shall not solicit hire employees personnel recruit"},
    topic{"Non-Disparagement", "non-disparagement",
          "non-disparagement|disparage|may they criticise us in public|say negative things about the other "
          "party|bad-mouth|"
          "derogatory statements|damage the reputation|speak badly|harm the good name|negative comments|defame",
          "disparage disparaging derogatory reputation statements"},
    topic{"Termination For Convenience", "termination for convenience",
          "termination for convenience|end the agreement|leave the agreement before it ends|no reason|terminate "
          "without cause|can either party terminate for convenience|"
          "terminate for any reason|terminate at will|can we get out of the contract early|cancel the contract without "
          "reason|"
          "terminate at any time on notice|walk away|early exit|exit the agreement early|can we cancel|"
          "how much notice to terminate without cause|end the agreement whenever they want|get out early|"
          "right to terminate without breach|pull out of the deal",
          "terminate without cause for convenience any reason upon prior written notice"},
    topic{"Rofr/Rofo/Rofn", "rights of first refusal, offer or negotiation",
          "right of first refusal|right of first offer|right of first negotiation|rofr|rofo|rofn|first option to buy|"
          "must they offer it to us first|first chance to purchase|pre-emption right|first opportunity|first dibs|"
          "first look at new products",
          "right of first refusal first offer first negotiation offer first to"},
    topic{"Change Of Control", "change of control",
          "change of control|undergoes a merger|terminate upon merger|is acquired|change in control|what happens if a "
          "party is acquired|merger or acquisition|takeover|"
          "sale of the company|what if the supplier is sold to a competitor|bought by another company|merges|"
          "sale of all or substantially all assets|ownership changes|new owner",
          "change of control merger acquisition sale of substantially all assets voting"},
    topic{"Anti-Assignment", "restrictions on assignment",
          "anti-assignment|assignment|can the contract be assigned|assign without consent|transfer the agreement to a "
          "third party|"
          "is consent needed to assign|may we assign our rights|transfer the contract to someone else|assignable|"
          "hand the contract over to another company|delegate the agreement|novation",
          "may not assign this agreement without prior written consent assignment transfer"},
    topic{"Revenue/Profit Sharing", "sharing of revenue or profit",
          "revenue sharing|profit sharing|royalty|royalties|commission|share of revenue|percentage of sales|"
          "must we pay a share of profits|split of revenue|percent of net sales|what royalty rate|"
          "how is the income divided|cut of the proceeds",
          "percent of net sales royalty revenue share commission profits"},
    topic{"Price Restrictions", "restrictions on prices",
          "price restrictions|can they raise prices|price increase|limit on price changes|may the fees be increased|"
          "is there a cap on price increases|price adjustment|fee increase|price freeze|fixed prices|"
          "by how much can the price go up|raise the rent or charges|inflation adjustment|maximum resale price",
          "increase prices fees not more than percent per year consumer price index"},
    topic{"Minimum Commitment", "minimum commitments",
          "minimum commitment|committed to buy a certain amount|obliged to order|minimum purchase|minimum "
          "order|minimum quantity|do we have to buy a minimum amount|"
          "minimum volume|take or pay|guaranteed minimum payment|minimum annual fee|least amount we must order|"
          "purchase quota|sales target obligation|minimum spend",
          "minimum purchase at least not less than units per year minimum amount"},
    topic{"Volume Restriction", "limits on volume or use",
          "volume restriction|limit on the number of users|maximum number|usage limit|maximum number of users|is there "
          "a cap on usage|overage fees|"
          "what happens if we exceed the limit|extra charge above a threshold|maximum quantity|how many users are "
          "allowed|"
          "bandwidth allowance|excess usage|additional charge for exceeding usage|maximum volume",
          "exceed maximum number of users additional fee in excess of threshold limit"},
    topic{
        "Ip Ownership Assignment", "assignment of intellectual property",
        "ip ownership assignment|who owns the intellectual property|who owns the work product|work made for hire|"
        "assign inventions|ownership of deliverables|does created ip belong to the customer|transfer of copyright|"
        "who owns what is developed|ownership of improvements|title to inventions|who keeps the rights in the results",
        "hereby assigns all right title and interest work made for hire property of ownership"},
    topic{"Joint Ip Ownership", "joint ownership of intellectual property",
          "joint ip ownership|jointly owned intellectual property|shared ownership of inventions|co-owned|joint "
          "inventions|"
          "do the parties own anything together|ownership in common|own jointly|joint patents|joint ownership",
          "jointly owned joint ownership inventions equal undivided shares"},
    topic{
        "License Grant", "grants of licences",
        "license grant|what license is granted|is a licence granted|right to use the software|right to use the "
        "trademarks|"
        "scope of the license|grant of rights|what are we licensed to do|which rights do we receive|permission to use|"
        "licence to use the brand",
        "hereby grants license right to use non-exclusive"},
    topic{"Non-Transferable License", "limits on transfer of the licence",
          "non-transferable license|can the license be transferred|sublicense|may the licence be sublicensed|"
          "transfer of the license|is the license transferable|can we sublicense the software|assign the license|"
          "pass the licence on to others",
          "non-transferable license may not sublicense transfer"},
    topic{"Affiliate License-Licensor", "licences from the licensor's affiliates",
          "affiliate license licensor|license of intellectual property owned by affiliates of the licensor|"
          "does the license cover ip of the licensor's affiliates|rights of the licensor's group companies|"
          "affiliates of the licensor grant a license|patents held by the licensor's subsidiaries",
          "licensor and its affiliates grant license owned by affiliates"},
    topic{
        "Affiliate License-Licensee", "licences for the licensee's affiliates",
        "affiliate license licensee|can our affiliates use the software|may affiliates of the licensee use the license|"
        "does the license extend to subsidiaries|group companies use|license for affiliates|can our subsidiaries use "
        "it|"
        "sister companies|are affiliates covered by the licence",
        "license to licensee and its affiliates subsidiaries may use"},
    topic{"Unlimited/All-You-Can-Eat-License", "unlimited licences",
          "unlimited license|all you can eat license|enterprise license|unlimited users|unlimited usage|"
          "can we use it without limit|site-wide licence|as many users as we like|any number of users|no limit on use",
          "unlimited enterprise license any number of users without limit"},
    topic{"Irrevocable Or Perpetual License", "irrevocable or perpetual licences",
          "irrevocable license|perpetual license|is the license perpetual|can the license be revoked|licence forever|"
          "does the license end|license survives termination|permanent right to use|do we keep the license for ever|"
          "licence in perpetuity|take the licence away",
          "perpetual irrevocable license"},
    topic{"Source Code Escrow", "source code escrow",
          "source code escrow|is the source code deposited in escrow|escrow agent|access to source code if the vendor "
          "fails|"
          "release of the source code|source code deposit|what if the software vendor goes bankrupt do we get the code|"
          "get the source",
          "source code escrow agent deposit release"},
    topic{"Post-Termination Services", "duties after the end of the contract",
          "post-termination services|what happens after termination|transition assistance|wind-down|exit assistance|"
          "obligations after the agreement ends|sell-off period|return of materials after termination|hand over|"
          "help migrating to a new provider|post-termination obligations|duties after expiry|what survives|buy back of "
          "stock|"
          "after the contract ends",
          "upon termination transition assistance after expiration return wind down continue"},
    topic{
        "Audit Rights", "audit rights",
        "audit rights|may they inspect our books|right to audit|inspect the records|access to premises for inspection|"
        "examine accounts|who may audit|how often can they audit|verify compliance|inspection of the plant|auditor",
        "audit inspect books records examine premises upon notice"},
    topic{"Uncapped Liability", "unlimited liability",
          "uncapped liability|unlimited liability|is liability ever unlimited|exceptions to the liability cap|"
          "what is excluded from the limitation of liability|for which breaches is there no cap|carve-outs from the "
          "liability cap|"
          "liability without limit|does the cap not apply to something|is anyone liable without limit",
          "limitation shall not apply gross negligence wilful misconduct indemnification unlimited liability"},
    topic{"Cap On Liability", "limits on liability",
          "cap on liability|recover at most|ceiling on damages|how much could be recovered|upper limit of "
          "liability|limitation of liability|maximum liability|is liability limited|how much can we claim|"
          "liability cap amount|limit of damages|exclusion of consequential damages|what is the most they could owe us|"
          "are indirect damages excluded|lost profits excluded|time limit to bring claims|maximum exposure|damages "
          "limited",
          "liability shall not exceed aggregate limited in no event liable consequential damages"},
    topic{
        "Liquidated Damages", "liquidated damages and termination fees",
        "liquidated damages|termination fee|early termination fee|penalty|break fee|contractual penalty|cancellation "
        "charge|"
        "what do we pay if we leave early|service credits|agreed compensation for delay|late delivery penalty|exit fee|"
        "cost of terminating early|fine",
        "liquidated damages termination fee penalty service credits"},
    topic{
        "Warranty Duration", "the duration of warranties",
        "warranty duration|how long is the warranty|warranty period|guarantee period|for how long are defects covered|"
        "length of warranty|how many months of warranty|how long are the goods guaranteed|defects reported within",
        "warrants for a period of months days from delivery free from defects"},
    topic{"Insurance", "insurance",
          "insurance|must they carry insurance|insurance coverage|liability insurance|how much insurance is required|"
          "additional insured|insurance policy|is anyone required to be insured|certificate of insurance|"
          "insured",
          "maintain insurance coverage per occurrence additional insured policy"},
    topic{
        "Covenant Not To Sue", "covenants not to sue or to contest",
        "covenant not to sue|may they challenge our patents|contest the validity of the trademarks|no-challenge clause|"
        "agree not to sue|challenge ownership of intellectual property|dispute the ownership of the ip|"
        "waive claims against the other party|release of claims|bring an action against us for infringement|"
        "attack the trademark",
        "shall not contest challenge validity ownership covenant not to sue release"},
    topic{"Third Party Beneficiary", "third-party beneficiaries",
          "third party beneficiary|third party beneficiaries|can someone who is not a party enforce the contract|"
          "rights of third parties|may outsiders enforce it|does anyone else benefit from the contract|"
          "non-party rights|enforceable by a third person",
          "third party beneficiary beneficiaries enforce"},
    // Topics outside the 41 categories.
    topic{
        "", "termination for cause",
        "termination for cause|terminate for breach|terminate for material breach|cure period|what if a party breaches|"
        "default and remedy|insolvency|bankruptcy of a party|event of default|terminate if the other party defaults|"
        "how long to cure a breach",
        "terminate material breach cure default insolvent bankruptcy notice"},
    topic{"", "confidentiality",
          "confidentiality|confidential information|nda|non-disclosure|how long must information be kept secret|trade "
          "secrets|"
          "may they disclose our information|duty of secrecy|keep secret",
          "confidential information disclose secret confidence"},
    topic{"", "indemnification",
          "indemnification|indemnity|indemnify|hold harmless|who defends third party claims|who pays if we are sued by "
          "a third party",
          "indemnify defend hold harmless claims"},
    topic{"", "dispute resolution",
          "dispute resolution|arbitration|arbitrator|mediation|jurisdiction|which courts|venue|where can we "
          "sue|forum|jury trial|"
          "how are disputes settled|seat of arbitration|court",
          "arbitration courts jurisdiction venue dispute mediation"},
    topic{"", "force majeure",
          "force majeure|act of god|events beyond control|pandemic|strike|natural disaster|excused delay|war",
          "force majeure beyond reasonable control delay flood fire strike"},
    topic{"", "payment terms",
          "payment terms|when are invoices due|days to pay|late payment interest|how much is the fee|what does it "
          "cost|price|fee|"
          "initial fee|payment schedule|when must we pay|interest on overdue amounts|contract value|rent",
          "invoice payable within days fee pay interest"},
    topic{"", "tax", "tax|taxes|vat|sales tax|withholding tax|who bears the taxes|duties and customs",
          "taxes value added tax duties"},
    topic{
        "", "delivery and acceptance",
        "delivery|shipping|incoterms|risk of loss|acceptance test|title passes|where are the goods delivered|lead time|"
        "when does title transfer|inspection of goods on arrival",
        "delivery shipment acceptance risk title"},
    topic{"", "data protection",
          "data protection|personal data|privacy|gdpr|data breach|security incident|who is the data controller|data "
          "security",
          "personal data privacy security breach"},
    topic{"", "notices",
          "how must notices be given|address for notices|form of notice|notice by email|written form of notices",
          "notices in writing courier mail address"},
    topic{"", "service levels", "service levels|uptime|availability|response time|sla|support hours|downtime",
          "service level availability response hours support"},
    topic{"", "amendment",
          "amendment|how can the contract be changed|modification of the agreement|entire "
          "agreement|waiver|severability|counterparts",
          "amended writing signed entire agreement waiver"},
    topic{"", "subcontracting", "subcontracting|may they use subcontractors|subcontractor|outsource the work",
          "subcontract subcontractor"},
    topic{"", "publicity", "publicity|press release|use our name in marketing|announce the deal|public announcement",
          "press release publicity announcement"},
    topic{"", "export and compliance",
          "export control|sanctions|anti-bribery|compliance with laws|corruption|labour standards",
          "export laws comply bribery"},
};

}  // namespace

std::span<const topic> topics() noexcept { return table; }

const topic* topic_of(std::string_view category) noexcept {
  if (category.empty()) return nullptr;
  const auto* found = std::ranges::find(table, category, &topic::category);
  return found == table.end() ? nullptr : &*found;
}

std::string_view title_of(std::string_view category) noexcept {
  const auto* t = topic_of(category);
  return t ? t->title : category;
}

}  // namespace agents::contracts
