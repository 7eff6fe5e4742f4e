// SPDX-License-Identifier: Apache-2.0
#include "actors/contracts/rule_table.hpp"

#include <array>

namespace agents::contracts {

namespace {

constexpr std::array table = {
    rule{
        "Document Name",
        R"re(^[a-z0-9,&/.'() \-]{0,90}\b(?:agreement|contract|lease|licen[cs]e|addendum|amendment|charter)\b[a-z0-9,&/.'() \-]{0,40}$|^.{0,30}this [a-z,&/'\- ]{3,90}(?:agreement|contract|addendum|amendment)\b)re",
        "",
        R"re(\b(?:shall|will|means|pursuant|page|herein|filed|source)\b|confidential treatment|^exhibit|table of)re",
        "", 0.4, 4000},
    rule{
        "Parties",
        R"re(\b(?:between|among)\b.{0,500}\(.{0,60}"[a-z ,]+".{0,60}\)|\(.{0,60}"(?:company|licensor|licensee|supplier|buyer|seller|distributor|customer|client|provider|vendor|owner|contractor|consultant|manufacturer|agent|reseller|franchisee|franchisor)")re",
        R"re(\b(?:by and )?between\b|^(?:lessor|lessee|and|between):? )re", "", "", 0.65, 6000},
    rule{
        "Agreement Date",
        R"re((?:dated|made|entered into|executed|as of|effective)\b.{0,60}(?:\d{1,2}(?:st|nd|rd|th)? (?:day )?(?:of )?[a-z]+,? \d{4}|[a-z]+ \d{1,2},? \d{4}).{0,200}(?:between|among|\bby\b)|^date[d:]|\bmade (?:this|on|as of)\b.{0,40}\d{4})re",
        R"re(^.{0,80}(?:january|february|march|april|may|june|july|august|september|october|november|december).{0,20}\d{4})re",
        R"re(expire|terminat|amended)re", "", 0.65, 6000},
    rule{
        "Effective Date",
        R"re("(?:effective|commencement|start) date"|effective (?:as of|from|on)\b.{0,40}\d{4}|(?:commences?|begins?|starts?|(?:takes|come[s]? into) effect|becomes effective)\b.{0,30}(?:\d{4}|effective date|date (?:hereof|first|of this)))re",
        R"re(effective date|with effect from)re", R"re(amend|renew)re", R"re(prior to|after|before|following)re"},
    rule{
        "Expiration Date",
        R"re((?:term|agreement|lease|msa|licen[cs]e)\b.{0,160}(?:continu\w*|remains?|lasts?|expires?|ends?|runs?|effect|be for|shall be|is)\b.{0,140}(?:(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty)[a-z-]*(?: \(\w+\))?[ -](?:full |consecutive |calendar )?(?:months?|years?)\b|until\b.{0,60}\d{4}|(?:on|through) [a-z0-9 ,]{0,25}\d{4}|perpetu|indefinite|until terminated)|initial term|(?:expire|end)s? (?:on|at|upon) .{0,60}\d{4})re",
        R"re(unless (?:sooner|earlier) terminated|unless terminated (?:earlier|sooner)|shall expire|\bterm of this\b)re",
        R"re(confidential|warrant|notice of (?:non|breach)|written notice|audit)re",
        R"re(renew|extend|after (?:the )?(?:expir|terminat))re"},
    rule{
        "Renewal Term",
        R"re((?:automatically|be|itself|may)\b.{0,25}(?:renew|extend|prolong)|renew\w* (?:automatically|itself|for|from year)|(?:renew|extend|extension|prolong)\w*\b.{0,120}(?:(?:additional|successive|further|consecutive|one|two|three|five|six|1|2|3|5)\b.{0,25}(?:terms?|periods?|years?|months?))|"?renewal term"?|rolls? over|right to renew|extend (?:it|this agreement|the term) )re",
        R"re(\brenew(?:al|ed|s)?\b)re",
        R"re(insurance|polic(?:y|ies)|patents?|registration|lease of|no right of renewal|does not renew|shall not renew)re",
        R"re(notice of (?:non|breach))re"},
    rule{
        "Notice Period To Terminate Renewal",
        R"re((?:renew|extend|extension|prolong)\w*.{0,260}(?:unless|notice|notif|notify|in writing|written|objected).{0,160}(?:days|months?|weeks|years?)|(?:days|months?|weeks).{0,120}(?:notice|notif|prior|before|writing).{0,160}(?:not (?:to )?(?:wish )?renew|non-?renewal|expiration|renew|end of the (?:term|then|current|initial))|does not (?:wish|want) .{0,30}(?:extension|renew).{0,160}(?:days|months?))re",
        "", R"re(insurance|breach|confiden|option to purchase|copyright)re", ""},
    rule{
        "Governing Law",
        R"re(govern(?:ed|s|ing)?\b.{0,120}\blaws?\b|\blaws? .{0,80}(?:govern|shall apply|applies|apply exclusively|is the law of this)|construed .{0,80}\blaws?\b|subject to the (?:substantive |internal )?laws? of|controlled by .{0,40} law|under the laws? of (?:the )?[a-z ]{2,30}(?:without|excluding))re",
        R"re(governing law|choice of law)re",
        R"re(compl(?:y|iance) with|required by (?:any )?(?:applicable )?law|organized (?:and existing )?under|corporation|incorporated under|govern(?:ed by)? the (?:use|terms) of)re",
        ""},
    rule{
        "Most Favored Nation",
        R"re(most.favou?red|(?:no less|as|not less) favou?rable.{0,120}(?:than|as).{0,100}(?:other|any|third)|(?:other|another|any) (?:customer|distributor|reseller|licensee|buyer|bank|party|client)s?.{0,160}(?:lower|better|more favou?rable)|(?:lower|better|more favou?rable) (?:price|rate|fee|charge|term|royalt)\w*.{0,160}(?:other|another|third|any)\b|not higher than those|at least as (?:great|favou?rable|low) as)re",
        R"re(lower royalty rate|lowest price)re", R"re(insurance|tax|law\b)re", R"re(confiden)re"},
    rule{"Competitive Restriction Exception", R"re((?:notwithstanding|nothing (?:in|herein|contained)|except|shall not (?:apply|prevent|restrict|prohibit|preclude|be deemed)|does not(?:, however,)? (?:apply|cover|restrict|prevent|keep)|remains? free|free to|exempt|keeps the right)\b.{0,220}(?:\bcompet(?:e|es|ing|itive|ition)\b|exclusivity|exclusive (?:right|territor|dealing)|non-?solicit|(?:from|to|continue to|may|right to) (?:sell|selling|purchas\w+|buy\w*|ship\w*|supply\w*|own\w*|carrying out|distribut\w+|use the patents)\b))re",
         "",
         R"re(liab|confidential|indemn|injunct|warrant|insurance|assign|terminat|tax|offering|prospectus|offer price|license to|injury)re",
         ""},
    rule{
        "Non-Compete",
        R"re((?:shall|will|may|must|agrees?|covenants?)\b.{0,60}\bnot\b.{0,260}(?:\bcompet(?:e|es|ing|itive|itor|ition)\b|rival|similar (?:to|product|business|service)|same functionality)|non-?compet|not .{0,60}(?:engage|participate|be employed|work|own|launch|run|develop|market|sell|promote|manufacture|take a licen[cs]e)\b.{0,160}(?:compet|business of|any other|similar|which develops|whose menu|of its own))re",
        R"re(\bcompet(?:e|ing|itive)\b.{0,40}(?:product|business|goods|service)s?)re",
        R"re(competitive bid|competent|competitively|anti-?competit|solicit|law\b|not limited to)re",
        R"re(confiden|assign|control|terminat)re"},
    rule{
        "Exclusivity",
        R"re((?:sole and exclusive|\bexclusive(?:ly)?|\bsole)\b.{0,40}(?:rights? to (?:sell|market|distribut|promot|manufactur|commerciali|use|supply|provide|offer)|licen[cs]e|distribut|suppl|provid|processor|agent|partner|basis|dealer|appoint|sponsor|manufactur|purchas|buy|territor)|\b(?:appoint|grant)\w*\b.{0,80}\bexclusive\b|(?:purchase|buy|obtain|procure)\b.{0,80}(?:exclusively|only|all of its|its requirements|solely)\b|shall not\b.{0,140}(?:other (?:distributor|supplier|person|party|third party|provider|maker)|appoint|anyone else|another|any other)\b.{0,120}(?:territor|during|term|product|service|sell|licen[cs]e)|exclusivity)re",
        R"re(\bexclusive(?:ly)?\b|shall not .{0,100}(?:through|from) any .{0,40} but )re",
        R"re(non- ?exclusive|sole right (?:and|to (?:determine|control|prepare))|sole and absolute|hereinafter|exclusive (?:jurisdiction|venue|remed|propert|owner|forum)|exclusive of|(?:sole|exclusive) (?:and exclusive )?(?:discretion|remedy|remedies|property|owner|responsib|jurisdiction|cost|expense|obligation|option|purpose)|mutually exclusive|exclusively (?:by|in) the (?:laws|courts)|courts?\b)re",
        ""},
    rule{
        "No-Solicit Of Customers",
        R"re((?:not|refrain|never|no)\b.{0,160}(?:solicit|divert|call upon|approach|entice|contact|address advertising|target)\b.{0,160}(?:customer|client|account|member|patron|end user|subscriber|advertiser|distributor)|non-?solicit\w*.{0,60}(?:customer|client))re",
        "", R"re(employ(?:ee|ment)|personnel|warrant)re", ""},
    rule{
        "No-Solicit Of Employees",
        R"re((?:not|neither|never|no)\b.{0,200}(?:solicit|hire|recruit|entice|induce|employ|engage|offer (?:work|employment)|seek to hire)\b.{0,160}(?:employee|personnel|staff|technician|manager|engineer|individual|technologist|team|worker|former|contractor|person who)|non-?solicit\w*.{0,40}employee)re",
        "",
        R"re(insurance|workers.? compensation|discriminat|(?:agent|partner|joint venturer),? (?:or )?employee|independent contractor|employee benefit|child|unlawful|officers, directors|deemed)re",
        ""},
    rule{
        "Non-Disparagement",
        R"re(disparag|derogatory|(?:harm|damage|injur|prejudic|reflect|adverse)\w*\b.{0,60}(?:good name|reputation|goodwill)|bring\b.{0,60}(?:into )?disrepute|defam|tarnish)re",
        "", R"re(indemnif|warrant|injur\w* to (?:persons?|property))re", R"re(irreparabl|claim)re"},
    rule{
        "Termination For Convenience",
        R"re((?:terminat|cancel|withdraw|discontinu|end (?:this|the)|to an end)\w*.{0,200}(?:for (?:its|their|his|her|your|our|any)?(?: own)? ?convenience|(?:without|for non-?|with(?:out)? or without)(?: having to show)? ?cause|for any (?:or no )?reason|(?:for|or) no reason|without (?:giving|stating|assigning)? ?(?:a |any )?reason|at will\b|(?:in|at) its (?:own |sole )(?:and absolute )?(?:discretion|option))|(?:convenience|without cause|for any reason|without (?:giving )?(?:a )?reason|with or without cause)\b.{0,200}(?:terminat|cancel|to an end)|terminat\w+ at any time.{0,20} (?:upon|by|on|with)\b.{0,60}(?:days|months?|notice))re",
        R"re((?:may|right to|right,? .{0,60}, to|option to|entitled to|can|be|remain in (?:full force and )?effect until|continue .{0,40} until)(?: [a-z]+){0,6} (?:terminat|cancel)\w*\b.{0,110}(?:upon|by|on|with|giving|after|provid\w+|within|at least|not less than)\b.{0,60}(?:days?|months?|years?|weeks).{0,30}notice)re",
        R"re(suspen|terminat\w+ (?:of )?(?:his|her|their) employment|without cause(?:d| by)|surviv|may not be terminated|\b(?:upon|after|following|event of|in case of|if|should|when|effective date of|purposes of|case of)\b.{0,100}\b(?:terminat\w+|expir\w+|cancel\w+)\b.{0,90}(?:for (?:any|whatever) reason|without cause|for convenience)|(?:terminat\w+|expir\w+)(?: or (?:terminat\w+|expir\w+))? of (?:this|the) .{0,80}for any reason|is terminated .{0,60}for any reason|shall not (?:relieve|release|affect)|deemed a termination)re",
        R"re(breach|default|\bcure|insolven|bankrupt|fail(?:s|ure|ed)? to|(?:change (?:of|in)|under) (?:the )?control|force majeure|\bif\b|in the event|acquir|renew|merge|unless|infring|employment|cause\b)re",
        0.7},
    rule{
        "Rofr/Rofo/Rofn",
        R"re(first (?:refusal|offer|negotiation|option|opportunity|right|look|chance)|right of first|rofr|rofo|pre-?empti(?:on|ve)|(?:first|before).{0,160}\boffer\b.{0,120}(?:to|the)\b.{0,60}(?:same|first|distribut|leave|on those|negotiat|reserv)|genuine offer|bona fide offer|shall first (?:offer|invite|negotiate))re",
        R"re(may,? within .{0,40} (?:buy|purchase) (?:it|them) on th(?:ose|e same) terms)re",
        R"re(public offering|offering price|tender|job offer)re", ""},
    rule{
        "Change Of Control",
        R"re(change (?:of|in)(?: the)? (?:control|ownership)|(?:merge[sdr]?\b|merger|consolidat|acqui(?:red|sition|res)|sale of (?:all|substantially|a controlling|stock|shares)|substantially all|taken over|takes? over|control of|under the control|change[sd]?\b.{0,30}control|majority of the (?:shares|voting)).{0,260}(?:terminat|consent|notice|notify|assign|option|transfer|end this|approv|tell|say so|successor)|(?:terminat|consent|notice|notify|assign|transfer|option|successor|approv)\w*\b.{0,260}(?:merge[sdr]?\b|merger|consolidation|acquired by|acquires|sale of (?:all|substantially)|substantially all|(?:change|passes|taken over|gains|obtains?|transfer)\w*\b.{0,40}control|control\b.{0,40}(?:passes|changes)|operation of law))re",
        "",
        R"re("affiliates?" (?:means|shall mean)|internal control|beyond .{0,30}control|quality control|entire agreement|control(?:s|led)? by or is under common|certif|net sales)re",
        ""},
    rule{
        "Anti-Assignment",
        R"re((?:not|neither|no|void|without|only|requires?|nor)\b.{0,200}(?:assign|transfer|delegat)\w*.{0,240}(?:consent|permission|approval|agree|notice)|(?:consent|permission|approval)\b.{0,120}(?:assign|transfer|delegat)|(?:shall|may|can)\s?not (?:be )?(?:sell, )?(?:assign|transfer|delegate)|may (?:freely )?assign this agreement|(?:not|non)-?assignable|assign\w* (?:this|the) agreement\b|neither party (?:can|may) (?:assign|transfer))re", R"re(successors and (?:permitted )?assigns)re",
        R"re(hereby assigns?|right, title|intellectual property|ownership|title|invention|employees? assigned|assigned to the services|work made|copyright|confidential)re",
        ""},
    rule{
        "Revenue/Profit Sharing",
        R"re((?:royalt|commission|percent|%|share|fifth|split|divided|portion)\w*.{0,140}(?:net sales|gross sales|revenues?|profits?|receipts|income|proceeds|commissions|net income|savings)|(?:net sales|gross (?:sales|revenue)|revenues?|profits?|income|receipts|savings)\b.{0,140}(?:royalt|percent|%|share|split|divided|equally)|pay\b.{0,80}\b(?:royalt(?:y|ies)|commissions?|revenue share)\b)re",
        R"re(\broyalt(?:y|ies)\b)re",
        R"re(royalty.free|loss of|lost (?:profit|revenue)|liable|liabilit|consequential|income tax|interest at|report|records|audit|underpa|tax(?:es)? )re",
        ""},
    rule{
        "Price Restrictions",
        R"re((?:price|fee|rate|charge|rent|royalt)\w*.{0,180}(?:increas|rais|alter|adjust|unchanged|not be changed|fixed|lower)\w*.{0,200}(?:not|no more|exceed|only|percent|%|per cent|once|limited|lesser|index|greater|unchanged|before|during the (?:first|initial)|agreement)|(?:shall|may|will|must) not (?:be )?(?:increas|rais|alter|charge more)\w*|(?:not|no) .{0,40}increase\b.{0,60}(?:price|fee|rate|charge)|remain (?:unchanged|fixed)|fixed for the first|maximum prices?|price\w* .{0,40}(?:shall be )?(?:reviewed|fixed))re",
        "", R"re(insurance|coverage|interest|tax(?:es)?|liabil|damages)re", ""},
    rule{
        "Minimum Commitment",
        R"re(minimum (?:purchase|order|quantit|commitment|annual|amount|royalt|monthly|guarantee|volume|charge|fee|payment|number|sales|net|revenue|spend|inventory|requirement)|(?:purchase|buy|order|pay|spend|guarantee|achieve|total|amount|commit)\w*\b.{0,160}(?:at least|no(?:t)? (?:less|fewer) than|a minimum of|minimum)\b.{0,100}(?:units?|\$|us|eur|£|tonnes?|days|pounds|bars|per (?:year|month|quarter)|each|in every|annual|dollars|hours|copies|aggregate)|(?:fewer|less) than\b.{0,80}(?:nevertheless|make up|shortfall|difference|pay\b)|take.or.pay|annual minimum|shortfall)re",
        "",
        R"re(insur|notice|coverage|occurrence|warrant|uptime|confiden|net worth|rated|days'? (?:prior|written)|interest|liabil|late)re",
        ""},
    rule{
        "Volume Restriction",
        R"re((?:up to|exceed|excess|more than|beyond|above|over|no more than|at most|maximum)\b.{0,140}(?:users?|seats|copies|units?|transfer|gigabytes|terabytes|scans|transactions|hours|points|tonnes|bars|impressions|servers|rack|pallets|volumes?|quantit|megawatt|kwh|miles|employees|locations)\b.{0,220}(?:additional|extra|fee|charge|consent|agree|price|surcharge|rate|billed|prepay|loading|payment|cost|approval)|(?:additional|extra|overage|excess)\b.{0,60}(?:fee|charge|payment|usage|users|hours)\b.{0,100}(?:exceed|excess|above|over|per|more)|not (?:use|required to|bound to|need)\b.{0,60}more than\b.{0,80}(?:unit|tonnes|bars|million|points|copies|users|hours))re",
        "", R"re(insur|liab|damages|interest|late|percent of the (?:shares|vot)|notice|audit|tax)re", ""},
    rule{"Ip Ownership Assignment",
         R"re((?:hereby|agrees? to|shall|irrevocably|also|by way of)\b.{0,40}(?:assigns?|transfers?|convey)\b.{0,120}(?:right, title|title|intellectual|copyright|ownership|invention|improvement|patents?|such rights|rights? in (?:it|them|the)|all (?:of its )?rights|the same|database|agree to assign)|works?(?: made)?.for.hire|(?:invention|improvement|work product|deliverable|development|modification|suggestion|derivative work|recipe|result|change to|material|idea|script|data|interface|trademark|copyright)\w*\b.{0,180}(?:shall|will|is|are|be|become|becomes|all|every)\b.{0,40}(?:\b(?:the|our) (?:sole |exclusive )?(?:and exclusive )?property\b|owned (?:solely |exclusively )?by|belongs? to|vests? in|pass to|sole property)|belongs to the .{0,40}from the moment|shall own all|perfect .{0,40}title)re",
         "",
         R"re(jointly|joint(?:ly)? own|both of|assign this agreement|assign its rights (?:under|and)|prior written consent|successors|confidential information (?:of|is|shall)|retain|reserve|remain|stock|shares|secur|trust account|represents and warrants)re",
         ""},
    rule{
        "Joint Ip Ownership",
        R"re(joint(?:ly)?\b.{0,30}(?:own|property|invent|vest|develop|title|interest|intellectual|patent|held)|co-?own|(?:owned|property|belong|own)\w*\b.{0,80}(?:jointly|in common|equal(?:ly)? (?:undivided )?(?:shares)?|by both|of both|both of them|undivided)|vests? jointly|undivided (?:one-half )?(?:interest|shares?))re",
        "",
        R"re(joint and several|jointly and severally|joint venture (?:company|agreement)|joint venture,? (?:or )?(?:partner|agency)|real property)re",
        ""},
    rule{
        "License Grant",
        R"re((?:hereby |further |also )?(?:grants?|granted|licen[cs]es)\b.{0,160}(?:licen[cs]e|right to|rights? (?:and licen[cs]e )?(?:to|in|under)|right and licen[cs]e|permission|to use|to display)|licen[cs]es? (?:the other|to|the manufacturer)\b.{0,100}(?:use|display|make)|(?:is|are) (?:likewise )?(?:hereby )?licensed to)re",
        R"re(\blicen[cs]e to (?:use|install|access|copy|run|reproduce|distribute))re",
        R"re(no (?:right|licen[cs]e)|not (?:be )?(?:grant|constru)|nothing (?:in|herein|contained)|security interest|granted (?:by|under) (?:law|the bankruptcy)|lien|licensed to do business|stock option|permits?,|access to)re",
        ""},
    rule{
        "Non-Transferable License",
        R"re((?:non-?transferable|non-?assignable|not transferable|personal(?:,| and)? (?:to|non)|non-?sublicens).{0,200}(?:licen[cs]e|right)|licen[cs]e.{0,200}(?:non-?transferable|not be (?:transferred|assigned|sublicensed)|may not (?:transfer|sublicense|assign|be)|without the right to sublicense|cannot be transferred|pass that licen[cs]e)|(?:not|neither)\b.{0,60}(?:sublicense|sub-license)\w*|(?:right|licen[cs]e)\w*\b.{0,80}(?:is|are) personal|sub-?licen[cs]e only with)re",
        "", "", ""},
    rule{
        "Affiliate License-Licensor",
        R"re((?:grant|licen[cs]e)\w*\b.{0,260}(?:(?:owned|held|controlled) by .{0,80}(?:affiliate|subsidiar)|(?:affiliate|subsidiar|affiliated compan)\w*.{0,40}(?:hereby )?grants?|marks of .{0,60}affiliate|on behalf of (?:itself|its affiliates)|for itself and)|(?:owned|held) by\b.{0,80}(?:affiliate|subsidiar|venture).{0,160}licen[cs]|(?:licensor|grants?|and) and its affiliates .{0,30}(?:hereby )?grants?)re",
        "", R"re(indemn|liabil)re", ""},
    rule{
        "Affiliate License-Licensee",
        R"re((?:grant|licen[cs]e)\w*\b.{0,160}\bto\b.{0,100}(?:affiliate|subsidiar|group compan)|(?:affiliate|subsidiar|clinics controlled)\w*\b.{0,120}(?:may (?:use|exercise)|licensed|sublicen|right to use|exercise the rights)|sublicense\b.{0,160}\b(?:affiliate|subsidiar))re",
        "", R"re(indemn|liabil|assign this|confidential)re", ""},
    rule{"Unlimited/All-You-Can-Eat-License",
         R"re(enterprise.?(?:wide)? licen[cs]e|unlimited (?:number|use|users?|right|licen[cs]e|copies)|all.you.can|any number of .{0,40}(?:users|physicians|staff|copies|sites|persons)|no limit upon the number|site.?wide licen[cs]e|unlimited,? .{0,80}licen[cs]e|without (?:any )?limit(?:ation)? (?:as to|on) (?:the )?(?:number|use))re",
         "", R"re(liabil|warrant|indemn)re", ""},
    rule{
        "Irrevocable Or Perpetual License",
        R"re((?:perpetual|irrevocabl|in perpetuity|royalty.free and perpetual)\w*.{0,220}(?:licen[cs]|right to (?:use|copy|make|reproduce)|right\b)|(?:licen[cs]e|right)s?\b.{0,200}(?:perpetual|irrevocabl|in perpetuity|perpetuity|survives? the (?:end|expir|terminat)))re",
        "",
        R"re(irrevocably (?:submit|consent|waive|agree|appoint|constitut|commit)|letter of credit|jurisdiction|irrevocable (?:proxy|standby)|power of attorney)re",
        ""},
    rule{
        "Source Code Escrow",
        R"re(source code.{0,260}(?:escrow|deposit)|escrow.{0,260}(?:source code|source materials|software|deposit(?:ed)? materials)|escrow agent\b)re",
        "", R"re(closing|purchase price|funds|cash|bank account)re", ""},
    rule{
        "Post-Termination Services",
        R"re((?:upon|after|following|on|in the event of|at) (?:any |the )?(?:such )?(?:terminat|expir|end\b|ending|cancel)\w*.{0,260}(?:shall|will|must|may|agrees)\b.{0,200}(?:return|transition|continu|assist|cooperat|pay\b|sell|suppl|complete|deliver|transfer|fulfil|destroy|hand over|cease|stop|purchase|buy|wind|help|support|answer|migrat|remove|grant|de-install|demobil)|(?:days|months|years)\b.{0,30}(?:after|following)\b.{0,40}(?:terminat|expir|the end|agreement ends)|when this agreement ends|transition (?:assistance|services|period)|sell.?off|wind.?down|survive\w* .{0,60}(?:terminat|expir)|buy back)re",
        R"re((?:terminat|expir)\w*.{0,120}(?:shall|will) (?:return|pay|continue|cease))re",
        R"re(not compete|solicit|insurance|notice of terminat|confidential)re", ""},
    rule{
        "Audit Rights",
        R"re((?:audit|inspect|examin|access)\w*\b.{0,200}(?:books|records|accounts|premises|facilit|plants?|notebooks|controls|systems|logs|equipment|invoices|goods|operations|restaurant)|(?:books|records|accounts)\b.{0,260}(?:audit|inspect|examin|review)|right to audit|auditors?\b.{0,100}(?:may|shall|enter|examine|inspect))re",
        R"re(\baudit(?:s|ed|or|ing)?\b)re",
        R"re(audited financial|pre-?inspection|acceptance test|inspection of (?:the )?(?:goods|products) (?:on|upon)|bankrupt|unaudited|financial statements)re",
        ""},
    rule{
        "Uncapped Liability",
        R"re((?:\b(?:the|these|such|foregoing|of the|this|above|aforementioned|neither) (?:foregoing |above |aforesaid |liability )?(?:limit(?:s|ation|ations)?|exclusions?|cap)\b|limitations? (?:of|on) liability|limitations? (?:in|contained|set forth)|clauses? \d[\d.]* and \d[\d.]*)\b.{0,140}(?:shall|do|does|will|has|have)(?: not| no)\b.{0,40}(?:apply|extend|limit|cover|application|affect)|(?:except|save|other than|excluding|notwithstanding)\b.{0,260}(?:gross negligence|wil+ful|fraud|confidential|indemn|infring|personal injury|death).{0,300}(?:no event|neither|not be liable|not exceed|limited)|\bliab\w*\b.{0,60}(?:is|be|are|not|without|which)\b.{0,60}(?:unlimited|without (?:any )?limit\b|subject to any limit|limited in amount)|(?:unlimited|no limit on).{0,40}liab|not limited in amount|nothing in th\w+ .{0,60}(?:limit|exclud|restrict)\w*.{0,40}liab|nothing in clause.{0,20} limits liab|no provision .{0,40}restricts liab|liab\w*.{0,200}(?:except|other than|save|provided,? (?:however|that)).{0,160}(?:gross negligence|wil+ful|fraud|confidential|indemn|infring)|neither .{0,30}(?:nor .{0,30})?limits\b|indemnit\w+ .{0,60}(?:which are|is|are) (?:unlimited|not limited))re",
        "",
        R"re(licen[cs]e|number of users|force majeure|insurance|renew|disclaim|warranties,? (?:express|whether)|confidentiality .{0,40}obligations shall not apply)re",
        ""},
    rule{
        "Cap On Liability",
        R"re((?:liab\w*|damages|claims?|indemnif\w*|responsib\w*)\b.{0,300}(?:exceed|limited to|greater than|capped|ceiling|not be more than|maximum|limit of|in the aggregate)|(?:no event|under no circumstances|neither party|nor)\b.{0,160}(?:liab|responsib)\w*\b.{0,260}(?:indirect|incidental|consequential|special|punitive|exemplary|lost profits?|loss of)|(?:maximum|total|aggregate|cumulative|entire|overall) (?:aggregate )?liab|(?:claim|action|suit|proceeding)s?\b.{0,140}(?:must be|may be|shall be) (?:brought|commenced|filed|made)\b.{0,100}(?:within|after|more than)|not\b.{0,60}liable\b.{0,120}(?:loss of profit|indirect|consequential)|waives? any claim to .{0,30}(?:punitive|consequential)|(?:shall|will) not exceed\b.{0,120}(?:\$|fees|amount|paid|price))re",
        "",
        R"re(insurance|coverage|notice of (?:claim|breach)|nothing in|no limit|do(?:es)? not apply|shall not apply|fees shall not|rent shall|increase)re",
        ""},
    rule{
        "Liquidated Damages",
        R"re(liquidated damages|(?:early )?terminat\w* (?:fee|charge|payment|penalt)|break.?(?:up)? fee|cancell?ation (?:fee|charge)|agreed compensation|(?:as|a) penalty|genuine (?:pre-?)?estimate|service credits?|credit customer|for (?:each|every) (?:full )?(?:day|week|hour|month)\b.{0,80}(?:late|delay|downtime|by which)|stipulated (?:loss|damages))re",
        "",
        R"re(no (?:termination fee|penalty)|without (?:any )?(?:penalty|termination)|not (?:be )?(?:subject to|liable for|entitled to) (?:any )?(?:liquidated|termination fee)|interest)re",
        ""},
    rule{
        "Warranty Duration",
        R"re((?:warrant|guarant)\w*.{0,300}(?:(?:period|for|within|lasts?|of)\b.{0,60}(?:\d+|one|two|three|four|five|six|nine|ten|twelve|fifteen|eighteen|twenty|thirty|ninety|sixty)[a-z-]*(?: [a-z]+){0,3}(?: \(\w+\))?[ -](?:hours|days?|weeks|months?|years?)|period)|(?:days?|months?|years?)\b.{0,120}(?:warrant|free (?:from|of) (?:material )?defects)|defects?\b.{0,140}within\b.{0,40}(?:days|months|years)|warranty period|promises that\b.{0,80}fit for sale for|reported within .{0,60}(?:days|months).{0,80}(?:again|no charge|correct))re",
        "",
        R"re(insur|confidential|representations and warranties (?:of|shall survive|made)|authority|minimum|guaranteed (?:minimum|payment|maximum))re",
        ""},
    rule{
        "Insurance",
        R"re((?:maintain|carry|procure|obtain|keep|hold|provide|effect|insure|take out|purchase|have)\b.{0,160}\binsur(?:ance|e)|insur(?:ance|e)\b.{0,160}(?:maintain|carry|coverage|policy|polic|limits?|per occurrence|additional insured|certificate|not less than|at least)|additional insured|certificates? of (?:insurance|currency)|fidelity bond|professional indemnity cover|shall insure|waiver of subrogation|loss payee)re",
        R"re(\binsurance\b|\binsurer\b)re",
        R"re(insurance (?:product|business|company law|regulator|claims? process)|deposit insurance|health insurance portab)re",
        ""},
    rule{
        "Covenant Not To Sue",
        R"re((?:not|never|neither|nor|no)\b.{0,120}(?:contest|challeng|attack|oppose|dispute|question|invalidate|impugn|petition)\w*\b.{0,200}(?:validity|ownership|title|right|registration|mark|patent|propert|opposition|application|them|enforceab)|covenants? not to sue|(?:not|no|never)\b.{0,60}(?:assert|bring|commence|institute|sue)\b.{0,120}(?:claim|action|suit|patent|proceeding)s?\b.{0,100}(?:against|for)|release[sd]?\b.{0,100}(?:from )?(?:any and )?all (?:claims|liabilit)|(?:acknowledge|recogni[sz]e)s?\b.{0,120}(?:ownership|validity|exclusive right)\b.{0,200}(?:not|nothing))re",
        "",
        R"re(within .{0,30}(?:years?|months)|more than .{0,30}(?:year|months)|jury|dispute resolution|invoice|except (?:as|for) claims)re",
        ""},
    rule{
        "Third Party Beneficiary",
        R"re((?:is|are|be|as|deemed|an?|intended|express|direct)\b.{0,60}third.?part(?:y|ies).?beneficiar|beneficiar(?:y|ies) of (?:this|sections?|part|such|lessee)|may enforce (?:clauses?|this|them|it|sections?)|entitled to enforce)re",
        "",
        R"re(no third.?part|not\b.{0,60}(?:third.?part|benefi)|nothing|no (?:other )?(?:person|rights|intended)|confers? no|nor shall|without\b.{0,20}third)re",
        ""},
};

constexpr std::array contrary = {
    denial{
        "Termination For Convenience",
        R"re((?:neither|no) party\b.{0,60}(?:right|entitled|may)\b.{0,60}\bterminat|(?:cannot|may not|shall not|can not) be (?:cancel|terminat)\w*\b|no (?:right|option) (?:of|to) (?:early )?(?:terminat|end|cancel)\w*|may terminate (?:this \w+ )?only\b|non-?cancell?able)re"},
    denial{"Renewal Term", R"re(no right (?:of|to) renew|(?:does|shall|will) not (?:be )?(?:automatically )?renew)re"},
    denial{
        "Third Party Beneficiary",
        R"re(no third.?part\w* benefi|not a party\b.{0,80}no right|confers? no rights|no third party has rights|not (?:intended to )?(?:confer|create) .{0,80}(?:third|other) (?:part|person))re"},
    denial{"Anti-Assignment",
           R"re(may (?:freely )?assign this (?:agreement|contract)\b.{0,40}without|freely assignable)re"},
    denial{
        "Exclusivity",
        R"re(\bnon-?exclusive\b.{0,40}(?:appoint|basis|distribut|agreement|reseller)|nothing prevents .{0,60} from appointing)re"},
    denial{"Price Restrictions", R"re(may (?:change|increase|revise) its (?:list )?prices\b)re"},
    denial{"Warranty Duration", R"re((?:without|makes no) warrant|\bas is\b|lent as they are)re"},
    denial{"Liquidated Damages", R"re(no (?:termination fee|penalty)|without (?:any )?(?:penalty|termination fee))re"},
};

}  // namespace

std::span<const denial> denials() noexcept { return contrary; }

std::span<const rule> rules() noexcept { return table; }

}  // namespace agents::contracts
